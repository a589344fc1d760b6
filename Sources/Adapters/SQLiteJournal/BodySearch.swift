internal import WeChat

/// Looks into a message's body and reason for what a listing asks for.
struct BodySearch {
    private let search: MessageSearch
    private let row: PreparedStatement

    static let sql = """
        SELECT body, reason FROM messages LEFT JOIN bodies ON message_id = id WHERE id = ?1
        """

    init(_ database: Database, _ search: MessageSearch) throws(SQLiteFailure) {
        self.search = search
        row = try PreparedStatement(database, BodySearch.sql)
    }

    /// Whether the message has it.
    func finds(_ id: Int64) throws(SQLiteFailure) -> Bool {
        row.bind(id, at: 1)
        defer { row.reset() }
        guard try row.step() else { return false }
        return search.finds(row.bytes(0), reason: row.optionalText(1))
    }
}
