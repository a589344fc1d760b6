internal import GRDB
internal import Queueing
internal import Timekeeping
internal import Weir

/// The queries, each inside one read transaction.
enum JournalReader {
    /// Every message that has not ended, oldest first: two walks of the index on state, merged by id.
    static let restoreSQL = """
        SELECT \(MessageRow.restoreColumns) FROM messages INDEXED BY messages_state
        WHERE state NOT IN (2, 3) AND state = 0
        UNION ALL
        SELECT \(MessageRow.restoreColumns) FROM messages INDEXED BY messages_state
        WHERE state NOT IN (2, 3) AND state = 1
        ORDER BY id
        """

    static func restore(_ database: Database, _ each: (RestoredMessage) -> Void) throws(SQLiteFailure) {
        let row = try PreparedStatement(database, restoreSQL)
        defer { row.reset() }
        while try row.step() { each(try MessageRow.restored(row)) }
    }

    static func message(_ database: Database, _ id: JobID) throws(SQLiteFailure) -> MessageRecord? {
        let row = try PreparedStatement(database, "SELECT \(MessageRow.columns) FROM messages WHERE id = ?1")
        row.bind(id.stored, at: 1)
        defer { row.reset() }
        guard try row.step() else { return nil }
        var record = try MessageRow.record(row)
        let body = try PreparedStatement(database, "SELECT body FROM bodies WHERE message_id = ?1")
        body.bind(id.stored, at: 1)
        defer { body.reset() }
        if try body.step() { record.body = body.bytes(0) }
        record.attempts = try attempts(database, id)
        return record
    }

    private static func attempts(_ database: Database, _ id: JobID) throws(SQLiteFailure) -> [AttemptRecord] {
        let row = try PreparedStatement(
            database,
            "SELECT \(MessageRow.attemptColumns) FROM attempts WHERE message_id = ?1 ORDER BY number"
        )
        row.bind(id.stored, at: 1)
        defer { row.reset() }
        var attempts: [AttemptRecord] = []
        while try row.step() { attempts.append(try MessageRow.attempt(row)) }
        return attempts
    }

    static func list(_ database: Database, _ filter: MessageFilter) throws(SQLiteFailure) -> MessagePage {
        let query = ListQuery(filter)
        let row = try PreparedStatement(database, query.sql, isCached: false)
        for (index, value) in query.values.enumerated() {
            switch value {
            case .integer(let integer): row.bind(integer, at: Int32(index + 1))
            case .text(let text): row.bind(text, at: Int32(index + 1))
            }
        }
        defer { row.reset() }
        var messages: [MessageRecord] = []
        while try row.step() { messages.append(try MessageRow.record(row)) }
        guard messages.count > query.limit else { return MessagePage(messages: messages, next: nil) }
        messages.removeLast()
        return MessagePage(messages: messages, next: messages.last?.id)
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
