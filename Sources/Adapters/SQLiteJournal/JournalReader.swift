internal import Queueing
internal import Timekeeping
internal import WeirPorts

/// The queries, each inside one read transaction.
enum JournalReader {
    /// The messages of one state, oldest first. That none is `sent` or `delivered` is the index's own condition.
    static let restoreSQL = """
        SELECT \(MessageRow.columns) FROM messages INDEXED BY messages_state
        WHERE state NOT IN (2, 3) AND state = ?1 ORDER BY id
        """

    /// Every message that has not ended, oldest first: two walks of the index on state, merged here, since SQLite would copy
    /// each row to merge them.
    static func restore(_ database: Database, _ each: (RestoredMessage) -> Void) throws(SQLiteFailure) {
        var pending = try Walk(database, of: .pending)
        var sending = try Walk(database, of: .sending)
        while pending.next != nil || sending.next != nil {
            let isPending = pending.next.map { id in sending.next.map { id < $0 } ?? true } ?? false
            if isPending { try pending.take(each) } else { try sending.take(each) }
        }
    }

    /// The messages of one state, oldest first.
    private struct Walk {
        private let database: Database
        private let row: PreparedStatement
        /// The message that the row is of; `nil` after the last.
        private(set) var next: JobID?

        init(_ database: Database, of state: JobState) throws(SQLiteFailure) {
            let row = try PreparedStatement(database, restoreSQL, isCached: false)
            row.bind(Int64(state.rawValue), at: 1)
            next = try Walk.step(row)
            self.row = row
            self.database = database
        }

        mutating func take(_ each: (RestoredMessage) -> Void) throws(SQLiteFailure) {
            var restored = RestoredMessage(try MessageRow.message(row), try MessageRow.progress(row))
            if restored.progress.isInDoubt { restored.doubtfulBody = try body(database, restored.message.id) }
            each(restored)
            next = try Walk.step(row)
        }

        private static func step(_ row: PreparedStatement) throws(SQLiteFailure) -> JobID? {
            try row.step() ? JobID(stored: row.integer(0)) : nil
        }
    }

    /// A message's body; empty where it is kept no longer.
    private static func body(_ database: Database, _ id: JobID) throws(SQLiteFailure) -> [UInt8] {
        let row = try PreparedStatement(database, "SELECT body FROM bodies WHERE message_id = ?1")
        row.bind(id.stored, at: 1)
        defer { row.reset() }
        return try row.step() ? row.bytes(0) : []
    }

    /// The primary key is the order.
    static let ledgerSQL = "SELECT name, value, at FROM ledger ORDER BY name"

    static func ledger(_ database: Database) throws(SQLiteFailure) -> [LedgerEntry] {
        let row = try PreparedStatement(database, ledgerSQL)
        defer { row.reset() }
        var entries: [LedgerEntry] = []
        while try row.step() {
            let at = Timestamp(milliseconds: row.integer(2))
            if let entry = LedgerEntry(name: row.text(0), value: row.bytes(1), at: at) { entries.append(entry) }
        }
        return entries
    }

    static func counts(_ database: Database, of day: Int64, _ each: (Int64, Int) -> Void) throws(SQLiteFailure) {
        let row = try PreparedStatement(database, "SELECT mark, count FROM counts WHERE day = ?1")
        row.bind(day, at: 1)
        defer { row.reset() }
        while try row.step() { each(row.integer(0), Int(row.integer(1))) }
    }

    static func message(_ database: Database, _ id: JobID) throws(SQLiteFailure) -> MessageRecord? {
        let row = try PreparedStatement(database, "SELECT \(MessageRow.recordColumns) FROM messages WHERE id = ?1")
        row.bind(id.stored, at: 1)
        defer { row.reset() }
        guard try row.step() else { return nil }
        var record = try MessageRow.record(row)
        record.content.body = try body(database, id)
        (record.attempts, record.omittedAttempts) = try trail(database, id)
        record.contradictions = try contradictions(database, id)
        return record
    }

    private static func contradictions(_ database: Database, _ id: JobID) throws(SQLiteFailure) -> [MessageReceipt] {
        let sql = "SELECT state, at, reason FROM contradictions WHERE message_id = ?1 ORDER BY number"
        let row = try PreparedStatement(database, sql)
        row.bind(id.stored, at: 1)
        defer { row.reset() }
        var receipts: [MessageReceipt] = []
        while try row.step() {
            if let receipt = MessageRow.receipt(row, 0) { receipts.append(receipt) }
        }
        return receipts
    }

    static let newestAttemptSQL = "SELECT max(number) FROM attempts WHERE message_id = ?1"

    static let attemptsSQL = """
        SELECT \(MessageRow.attemptColumns) FROM attempts WHERE message_id = ?1 AND number > ?2 AND number <= ?3
        ORDER BY number
        """

    /// The first and the last attempts, and how many lie between. A journal of an earlier version may still have those.
    private static func trail(
        _ database: Database,
        _ id: JobID
    ) throws(SQLiteFailure) -> (attempts: [AttemptRecord], omitted: Int) {
        let last = try PreparedStatement(database, newestAttemptSQL)
        last.bind(id.stored, at: 1)
        defer { last.reset() }
        let newest = Int(try last.step() ? last.integer(0) : 0)
        let first = Int64(AttemptTrail.first)
        let gap = max(Int64(AttemptTrail.lastOmitted(newest: newest)), first)
        var attempts: [AttemptRecord] = []
        for (from, to) in [(Int64.min, first), (gap, Int64.max)] {
            let row = try PreparedStatement(database, attemptsSQL)
            for (index, value) in [id.stored, from, to].enumerated() { row.bind(value, at: Int32(index + 1)) }
            defer { row.reset() }
            while try row.step() { attempts.append(try MessageRow.attempt(row, of: id)) }
        }
        return (attempts, AttemptTrail.omitted(newest: newest))
    }

    /// How long an idempotency key is kept.
    static let idempotencyKept = Duration.seconds(24 * 3600)

    static let idempotentSQL = """
        SELECT id, idempotency_digest FROM messages INDEXED BY messages_idempotency
        WHERE idempotency_hash = ?1 AND idempotency_key = ?2 AND client = ?3 AND app = ?4 AND created_at > ?5
        ORDER BY id DESC LIMIT 1
        """

    static func idempotent(
        _ database: Database,
        _ key: IdempotencyKey,
        now: Timestamp
    ) throws(SQLiteFailure) -> IdempotentMessage? {
        let row = try PreparedStatement(database, idempotentSQL)
        row.bind(StoredHash.idempotency(client: key.client, app: key.app, key: key.key), at: 1)
        row.bind(key.key, at: 2)
        row.bind(key.client, at: 3)
        row.bind(key.app, at: 4)
        row.bind((now + (.zero - idempotencyKept)).milliseconds, at: 5)
        defer { row.reset() }
        guard try row.step() else { return nil }
        return IdempotentMessage(id: JobID(stored: row.integer(0)), digest: row.bytes(1))
    }
}
