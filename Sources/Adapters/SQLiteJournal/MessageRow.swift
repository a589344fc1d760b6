internal import CSQLite
internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// Reads messages and attempts from rows of `messages` and `attempts`.
enum MessageRow {
    /// The columns of a whole message but its body.
    static let columns = """
        id, state, attempt_at, counted_attempts, first_attempt_at, next_at, ended_at, msgid, reason,
        app, client, type, priority, retry_class, created_at, not_before, not_after, recipient,
        trace_id, idempotency_key, idempotency_digest, metadata
        """

    /// The columns that the queue needs after a restart.
    static let restoreColumns = """
        id, state, attempts, attempt_at, counted_attempts, first_attempt_at, next_at,
        app, client, type, priority, retry_class, created_at, not_before, not_after,
        attempts > redriven_after AND EXISTS (
            SELECT 1 FROM attempts
            WHERE message_id = messages.id AND number > messages.redriven_after AND outcome = 'unknown'
        )
        """

    static func record(_ row: PreparedStatement) throws(SQLiteFailure) -> MessageRecord {
        let attemptAt = timestamp(row, 2)
        var record = MessageRecord(
            id: JobID(stored: row.integer(0)),
            app: row.text(9),
            client: row.text(10),
            type: try type(row, 11),
            priority: try priority(row, 12),
            retryClass: row.text(13),
            createdAt: Timestamp(milliseconds: row.integer(14)),
            notBefore: timestamp(row, 15),
            notAfter: timestamp(row, 16),
            metadata: row.bytes(21),
            recipient: row.text(17),
            body: [],
            traceparent: row.text(18),
            state: try state(row, 1),
            countedAttempts: try count(row, 3, "counted_attempts"),
            firstAttemptAt: timestamp(row, 4) ?? attemptAt,
            nextAt: timestamp(row, 5),
            endedAt: timestamp(row, 6),
            msgid: row.optionalInteger(7),
            reason: row.optionalText(8)
        )
        if let key = row.optionalText(19) { record.idempotency = IdempotencyMark(key: key, digest: row.bytes(20)) }
        return record
    }

    static func restored(_ row: PreparedStatement) throws(SQLiteFailure) -> RestoredMessage {
        let state = try state(row, 1)
        let attemptAt = timestamp(row, 3)
        let createdAt = Timestamp(milliseconds: row.integer(12))
        return RestoredMessage(
            id: JobID(stored: row.integer(0)),
            app: row.text(7),
            client: row.text(8),
            type: try type(row, 9),
            priority: try priority(row, 10),
            retryClass: row.text(11),
            createdAt: createdAt,
            notBefore: timestamp(row, 13),
            notAfter: timestamp(row, 14),
            nextAt: timestamp(row, 6),
            countedAttempts: try count(row, 4, "counted_attempts"),
            startedAttempts: try count(row, 2, "attempts"),
            firstAttemptAt: timestamp(row, 5) ?? attemptAt,
            interruptedAt: state == .sending ? attemptAt ?? createdAt : nil,
            isAmbiguous: row.integer(15) != 0
        )
    }

    static let attemptColumns = """
        number, started_at, duration, outcome, errcode, errmsg, rid, waits, next_at, next_reason, next_cost
        """

    static func attempt(_ row: PreparedStatement, of id: JobID) throws(SQLiteFailure) -> AttemptRecord {
        guard let outcome = Outcome(rawValue: row.text(3)) else { throw damage("outcome of an attempt", of: id) }
        guard let number = UInt32(exactly: row.integer(0)) else { throw damage("number of an attempt", of: id) }
        return AttemptRecord(
            number: Int(number),
            startedAt: Timestamp(milliseconds: row.integer(1)),
            duration: .nanoseconds(row.integer(2)),
            outcome: outcome,
            errcode: row.optionalInteger(4).map(Int.init),
            errmsg: row.optionalText(5),
            rid: row.optionalText(6),
            waits: StoredWaits.waits(row.optionalText(7)),
            next: row.optionalText(9).map { reason in
                NextStep(due: timestamp(row, 8), reason: reason, cost: StoredWaits.cost(row.text(10)))
            }
        )
    }

    private static func timestamp(_ row: PreparedStatement, _ column: Int32) -> Timestamp? {
        row.optionalInteger(column).map(Timestamp.init(milliseconds:))
    }

    /// More attempts than this type holds were never made; whoever counts on from such a number must not overflow.
    private static func count(_ row: PreparedStatement, _ column: Int32, _ name: String) throws(SQLiteFailure) -> Int {
        guard let count = UInt32(exactly: row.integer(column)) else { throw damage(name, row) }
        return Int(count)
    }

    private static func state(_ row: PreparedStatement, _ column: Int32) throws(SQLiteFailure) -> JobState {
        guard let raw = UInt8(exactly: row.integer(column)), let state = JobState(rawValue: raw) else {
            throw damage("state", row)
        }
        return state
    }

    private static func priority(_ row: PreparedStatement, _ column: Int32) throws(SQLiteFailure) -> Priority {
        guard let raw = UInt8(exactly: row.integer(column)), let priority = Priority(rawValue: raw) else {
            throw damage("priority", row)
        }
        return priority
    }

    private static func type(_ row: PreparedStatement, _ column: Int32) throws(SQLiteFailure) -> MessageType {
        guard let type = MessageType(rawValue: row.text(column)) else { throw damage("type", row) }
        return type
    }

    /// What can't have been written, in a row that begins with the message's id.
    private static func damage(_ column: String, _ row: PreparedStatement) -> SQLiteFailure {
        damage(column, of: JobID(stored: row.integer(0)))
    }

    private static func damage(_ column: String, of id: JobID) -> SQLiteFailure {
        SQLiteFailure(
            code: SQLITE_CORRUPT,
            message: "message \(id) has a value that none can have in: \(column)"
        )
    }
}
