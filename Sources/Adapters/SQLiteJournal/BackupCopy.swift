internal import WeirPorts

/// The rows of a journal on their way into a copy, a range of message ids a step.
struct BackupCopy {
    private let source: Database
    private let target: Database
    /// Ids up to this one have been copied.
    private var position = Int64.min
    /// The newest message when the copy began.
    private let last: Int64
    private var messages = 0
    /// Messages that the next step copies.
    private var size = 200

    /// By the column that has the message's id.
    private static let ranged = [("messages", "id"), ("bodies", "message_id"), ("attempts", "message_id")]

    /// Makes the tables, and copies those that aren't about messages.
    init(from source: Database, to target: Database) throws {
        self.source = source
        self.target = target
        // It is thrown away whole when anything fails, and synced before it counts.
        try target.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; BEGIN")
        last = try source.read { source in
            for sql in try source.texts(BackupCopy.schemaSQL) { try target.execute(sql) }
            for table in try source.texts(BackupCopy.tablesSQL) {
                guard !BackupCopy.ranged.contains(where: { $0.0 == table }) else { continue }
                _ = try BackupCopy.copy(try PreparedStatement(source, "SELECT * FROM \(table)"), to: target, table)
            }
            return try source.integer("SELECT max(id) FROM messages") ?? .min
        }
        try target.execute("COMMIT")
    }

    private static let schemaSQL = """
        SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY type DESC, rowid
        """
    private static let tablesSQL = """
        SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        """
    static let endSQL = """
        SELECT max(id) FROM (SELECT id FROM messages WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3)
        """

    /// Copies the next messages, all as they are at one moment.
    ///
    /// - Returns: Whether those were the last.
    mutating func step() throws -> Bool {
        try target.execute("BEGIN")
        let (end, count) = try source.read { [position, last, size, target] source in
            let row = try PreparedStatement(source, BackupCopy.endSQL)
            for (index, value) in [position, last, Int64(size)].enumerated() { row.bind(value, at: Int32(index + 1)) }
            defer { row.reset() }
            guard try row.step(), let end = row.optionalInteger(0) else { return (last, 0) }
            var counts: [Int] = []
            for (table, key) in BackupCopy.ranged {
                let sql = "SELECT * FROM \(table) WHERE \(key) > ?1 AND \(key) <= ?2 ORDER BY \(key)"
                let rows = try PreparedStatement(source, sql)
                rows.bind(position, at: 1)
                rows.bind(end, at: 2)
                counts.append(try BackupCopy.copy(rows, to: target, table))
            }
            return (end, counts[0])
        }
        try target.execute("COMMIT")
        position = end
        messages += count
        return position >= last
    }

    /// Fits the next step to how long this one took: nobody is to be held up for longer than a few hundredths of a second.
    mutating func took(_ duration: Duration) {
        if duration > .milliseconds(40) { size = max(1, size / 2) }
        if duration < .milliseconds(15) { size = min(2_000, size * 2) }
    }

    /// Marks the copy as a journal, which a part of one isn't.
    ///
    /// - Returns: How many messages it has.
    func finish() throws -> Int {
        try target.execute("PRAGMA application_id = \(Schema.applicationID)")
        return messages
    }

    /// - Returns: How many rows there were.
    private static func copy(
        _ rows: PreparedStatement,
        to target: Database,
        _ table: String
    ) throws(SQLiteFailure) -> Int {
        let columns = rows.columnCount
        let marks = (1...max(1, columns)).map { "?\($0)" }.joined(separator: ", ")
        let insert = try PreparedStatement(target, "INSERT INTO \(table) VALUES (\(marks))")
        defer { rows.reset() }
        var count = 0
        while try rows.step() {
            for column in 0..<columns { insert.bind(columnOf: rows, column) }
            try insert.run()
            count += 1
        }
        return count
    }
}
