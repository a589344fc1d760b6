internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// The statements that a commit consists of.
struct WriteStatements {
    private let database: Database
    private let insertMessage: PreparedStatement
    private let insertBody: PreparedStatement
    private let insertAttempt: PreparedStatement
    private let selectOmitted: PreparedStatement
    private let deleteAttempt: PreparedStatement
    private let startMessage: PreparedStatement
    private let settleMessage: PreparedStatement
    private let concludeMessage: PreparedStatement
    private let redriveMessage: PreparedStatement
    private let collapseMessage: PreparedStatement
    private let selectBody: PreparedStatement
    private let selectSegment: PreparedStatement

    init(_ database: Database) throws(SQLiteFailure) {
        self.database = database
        insertMessage = try PreparedStatement(database, SQL.insertMessage)
        insertBody = try PreparedStatement(database, "INSERT INTO bodies (message_id, body) VALUES (?1, ?2)")
        insertAttempt = try PreparedStatement(database, SQL.insertAttempt)
        selectOmitted = try PreparedStatement(database, SQL.omitted)
        deleteAttempt = try PreparedStatement(database, SQL.deleteAttempt)
        startMessage = try PreparedStatement(database, SQL.start)
        settleMessage = try PreparedStatement(database, SQL.settle)
        concludeMessage = try PreparedStatement(database, SQL.conclude)
        redriveMessage = try PreparedStatement(database, SQL.redrive)
        collapseMessage = try PreparedStatement(database, SQL.collapse)
        selectBody = try PreparedStatement(database, SQL.body)
        selectSegment = try PreparedStatement(database, SQL.segment)
    }

    /// - Parameter start: the message's first attempt, when it begins in the same commit.
    func insert(
        _ message: Message,
        _ content: MessageContent,
        start: (number: Int, at: Int64)?,
        segment: Int64?
    ) throws(SQLiteFailure) {
        let statement = insertMessage
        statement.bind(message.id.stored, at: 1)
        statement.bind(Int64((start == nil ? JobState.pending : .sending).rawValue), at: 2)
        statement.bind(Int64(start?.number ?? 0), at: 3)
        statement.bind(start?.at, at: 4)
        statement.bind(message.app, at: 5)
        statement.bind(message.client, at: 6)
        statement.bind(message.type.rawValue, at: 7)
        statement.bind(Int64(message.priority.rawValue), at: 8)
        statement.bind(message.retryClass, at: 9)
        statement.bind(message.createdAt.milliseconds, at: 10)
        statement.bind(message.notBefore?.milliseconds, at: 11)
        statement.bind(message.notAfter?.milliseconds, at: 12)
        statement.bind(content.recipient, at: 13)
        statement.bind(segment == nil ? nil : StoredHash.recipient(content.recipient), at: 14)
        statement.bind(segment, at: 15)
        statement.bind(content.traceparent, at: 16)
        statement.bind(content.idempotency?.key, at: 17)
        statement.bind(content.idempotency?.digest ?? [], at: 18)
        let hash = content.idempotency.map { mark in
            StoredHash.idempotency(client: message.client, app: message.app, key: mark.key)
        }
        statement.bind(hash, at: 19)
        statement.bind(content.metadata, at: 20)
        statement.bind(content.callbackURL.isEmpty ? nil : content.callbackURL, at: 21)
        statement.bind(content.collapseKey.isEmpty ? nil : content.collapseKey, at: 22)
        statement.bind(message.collapse?.bytes ?? [], at: 23)
        try statement.run()
    }

    func insert(body: [UInt8], of id: JobID) throws(SQLiteFailure) {
        insertBody.bind(id.stored, at: 1)
        insertBody.bind(body, at: 2)
        try insertBody.run()
    }

    /// Adds to the trail and takes from it what lies between its first and last attempts.
    func insert(_ attempt: AttemptRecord, of id: JobID) throws(SQLiteFailure) {
        insertAttempt.bind(id.stored, at: 1)
        insertAttempt.bind(Int64(attempt.number), at: 2)
        insertAttempt.bind(attempt.startedAt.milliseconds, at: 3)
        insertAttempt.bind(attempt.duration.inNanoseconds, at: 4)
        insertAttempt.bind(attempt.outcome.rawValue, at: 5)
        insertAttempt.bind(attempt.errcode.map(Int64.init), at: 6)
        insertAttempt.bind(attempt.errmsg, at: 7)
        insertAttempt.bind(attempt.rid, at: 8)
        insertAttempt.bind(StoredWaits.text(attempt.waits), at: 9)
        insertAttempt.bind(attempt.next?.due?.milliseconds, at: 10)
        insertAttempt.bind(attempt.next.map { StoredWaits.text(of: $0) }, at: 11)
        insertAttempt.bind(attempt.next.map { StoredWaits.text($0.cost) }, at: 12)
        try insertAttempt.run()
        guard AttemptTrail.omitted(newest: attempt.number) > 0 else { return }
        selectOmitted.bind(id.stored, at: 1)
        selectOmitted.bind(Int64(AttemptTrail.lastOmitted(newest: attempt.number)), at: 2)
        defer { selectOmitted.reset() }
        var omitted: [Int64] = []
        while try selectOmitted.step() { omitted.append(selectOmitted.integer(0)) }
        deleteAttempt.bind(id.stored, at: 1)
        for number in omitted {
            deleteAttempt.bind(number, at: 2)
            try deleteAttempt.run()
        }
    }

    /// - Returns: Whether there is such a message.
    func start(_ id: JobID, number: Int, at: Timestamp) throws(SQLiteFailure) -> Bool {
        startMessage.bind(id.stored, at: 1)
        startMessage.bind(Int64(number), at: 2)
        startMessage.bind(at.milliseconds, at: 3)
        try startMessage.run()
        return startMessage.changes > 0
    }

    /// - Returns: Whether there is such a message.
    func settle(_ id: JobID, _ attempt: AttemptRecord, _ settlement: Settlement) throws(SQLiteFailure) -> Bool {
        bind(settlement, of: id, to: settleMessage)
        settleMessage.bind(Int64(attempt.number), at: 9)
        settleMessage.bind(attempt.startedAt.milliseconds, at: 10)
        try settleMessage.run()
        return settleMessage.changes > 0
    }

    func conclude(_ id: JobID, _ settlement: Settlement) throws(SQLiteFailure) {
        bind(settlement, of: id, to: concludeMessage)
        concludeMessage.bind(settlement.collapsedInto?.stored, at: 9)
        try concludeMessage.run()
    }

    /// - Returns: Whether it waited.
    func collapse(_ id: JobID, into newer: JobID, at: Timestamp) throws(SQLiteFailure) -> Bool {
        collapseMessage.bind(id.stored, at: 1)
        collapseMessage.bind(newer.stored, at: 2)
        collapseMessage.bind(at.milliseconds, at: 3)
        try collapseMessage.run()
        return collapseMessage.changes > 0
    }

    func redrive(_ id: JobID, at: Timestamp) throws(SQLiteFailure) -> Bool {
        redriveMessage.bind(id.stored, at: 1)
        redriveMessage.bind(at.milliseconds, at: 2)
        try redriveMessage.run()
        return redriveMessage.changes > 0
    }

    // The ledger is written seldom: its statements are looked up when they are needed.

    func remember(_ entry: LedgerEntry) throws(SQLiteFailure) {
        let statement = try PreparedStatement(database, SQL.remember)
        statement.bind(entry.name, at: 1)
        statement.bind(entry.value, at: 2)
        statement.bind(entry.at.milliseconds, at: 3)
        try statement.run()
    }

    func count(_ mark: Int64, day: Int64) throws(SQLiteFailure) {
        let statement = try PreparedStatement(database, SQL.count)
        statement.bind(day, at: 1)
        statement.bind(mark, at: 2)
        try statement.run()
    }

    func forget(_ name: String) throws(SQLiteFailure) {
        let statement = try PreparedStatement(database, SQL.forget)
        statement.bind(name, at: 1)
        try statement.run()
    }

    func body(_ id: JobID) throws(SQLiteFailure) -> StoredBody? {
        selectBody.bind(id.stored, at: 1)
        defer { selectBody.reset() }
        guard try selectBody.step() else { return nil }
        return StoredBody(bytes: selectBody.bytes(0), traceparent: selectBody.text(1), client: selectBody.text(2))
    }

    /// The segment that an id belongs to which is older than the newest segment.
    func segment(of id: Int64) throws(SQLiteFailure) -> Int64 {
        selectSegment.bind(id, at: 1)
        defer { selectSegment.reset() }
        return try selectSegment.step() ? selectSegment.integer(0) : 0
    }

    private func bind(_ settlement: Settlement, of id: JobID, to statement: PreparedStatement) {
        statement.bind(id.stored, at: 1)
        statement.bind(Int64(settlement.state.rawValue), at: 2)
        statement.bind(Int64(settlement.countedAttempts), at: 3)
        statement.bind(settlement.nextAt?.milliseconds, at: 4)
        statement.bind(settlement.state.isTerminal ? settlement.at.milliseconds : nil, at: 5)
        statement.bind(settlement.msgid, at: 6)
        statement.bind(settlement.reason, at: 7)
        statement.bind(settlement.awaitsReceipt ? settlement.at.milliseconds : nil, at: 8)
    }
}

extension WriteStatements {
    /// What the statements say. Parameters 1 to 8 of `settle` and `conclude` are the same.
    enum SQL {
        static let insertMessage = """
            INSERT INTO messages (
                id, state, attempts, attempt_at, counted_attempts, app, client, type, priority, retry_class,
                created_at, not_before, not_after, recipient, recipient_hash, segment, trace_id,
                idempotency_key, idempotency_digest, idempotency_hash, metadata, callback_url,
                collapse_key, collapse_mark
            ) VALUES (
                ?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                ?21, ?22, ?23
            )
            """

        static let start = """
            UPDATE messages SET state = 1, attempts = ?2, attempt_at = ?3, next_at = NULL, reason = NULL WHERE id = ?1
            """

        static let settle = """
            UPDATE messages SET
                state = ?2, attempts = max(attempts, ?9), attempt_at = NULL, counted_attempts = ?3,
                first_attempt_at = coalesce(first_attempt_at, attempt_at, ?10),
                next_at = ?4, ended_at = ?5, msgid = coalesce(?6, msgid), reason = ?7,
                followed_at = coalesce(?8, followed_at)
            WHERE id = ?1
            """

        /// An attempt in flight has not been one, its number is free again.
        static let conclude = """
            UPDATE messages SET
                state = ?2, attempts = attempts - (attempt_at IS NOT NULL), attempt_at = NULL, counted_attempts = ?3,
                next_at = ?4, ended_at = ?5, msgid = coalesce(?6, msgid), reason = ?7,
                followed_at = coalesce(?8, followed_at), collapsed_into = coalesce(?9, collapsed_into)
            WHERE id = ?1
            """

        static let collapse = """
            UPDATE messages SET
                state = 7, next_at = NULL, ended_at = ?3, reason = '\(Settlement.collapsed)', collapsed_into = ?2
            WHERE id = ?1 AND state = 0
            """

        static let redrive = """
            UPDATE messages SET
                state = 0, attempt_at = NULL, counted_attempts = 0, first_attempt_at = NULL,
                not_before = NULL, not_after = NULL, next_at = ?2, ended_at = NULL, msgid = NULL, reason = NULL,
                followed_at = NULL, receipt_state = NULL, receipt_at = NULL, receipt_reason = NULL,
                collapsed_into = NULL, redriven_after = attempts
            WHERE id = ?1
            """

        /// A settle may be repeated.
        static let insertAttempt = """
            INSERT OR REPLACE INTO attempts (
                message_id, number, started_at, duration, outcome, errcode, errmsg, rid,
                waits, next_at, next_reason, next_cost
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """

        /// Attempts that `AttemptTrail` keeps no longer; ?2 is the number of the last such one. That is one a settle, and a few
        /// where an earlier version left thousands. The first attempt in doubt before the last redrive and the first since stay: a
        /// doubt must outlive a restart.
        static let omitted = """
            SELECT number FROM attempts AS old
            WHERE message_id = ?1 AND number > \(AttemptTrail.first) AND number <= ?2 AND (
                outcome <> 'unknown'
                OR EXISTS (
                    SELECT 1 FROM attempts AS earlier JOIN messages ON messages.id = ?1
                    WHERE earlier.message_id = ?1 AND earlier.number < old.number AND earlier.outcome = 'unknown'
                    AND (earlier.number > redriven_after) = (old.number > redriven_after)
                )
            ) ORDER BY number LIMIT 8
            """

        static let deleteAttempt = "DELETE FROM attempts WHERE message_id = ?1 AND number = ?2"

        static let remember = "INSERT OR REPLACE INTO ledger (name, value, at) VALUES (?1, ?2, ?3)"

        static let count = """
            INSERT INTO counts (day, mark, count) VALUES (?1, ?2, 1) ON CONFLICT (day, mark) DO UPDATE SET count = count + 1
            """

        static let forget = "DELETE FROM ledger WHERE name = ?1"

        static let body = """
            SELECT body, trace_id, client FROM bodies JOIN messages ON messages.id = message_id WHERE message_id = ?1
            """

        static let segment = """
            SELECT coalesce(max(segment), 0) FROM messages INDEXED BY messages_recipient
            WHERE segment IS NOT NULL AND segment <= ?1
            """

        /// The newest segment, how many messages it has and the largest id among them.
        static let newestSegment = """
            SELECT segment, count(*), max(id) FROM messages INDEXED BY messages_recipient
            WHERE segment = (
                SELECT max(segment) FROM messages INDEXED BY messages_recipient WHERE segment IS NOT NULL
            ) GROUP BY segment
            """
    }
}
