/// What the writer's thread knows of the file without asking it: as the last commit left it.
struct WriterMemory: Equatable {
    /// Where new messages go in the recipients' index.
    var segments: RecipientSegments
    /// Whether there may be a message whose client wants to hear of its end. It is not taken back before the file is opened again.
    var hasCallbacks: Bool

    /// Reads it.
    init(_ database: Database) throws(SQLiteFailure) {
        segments = try WriterMemory.newestSegment(database)
        hasCallbacks = try DeliveryWriter.hasCallbacks(database)
    }

    private static func newestSegment(_ database: Database) throws(SQLiteFailure) -> RecipientSegments {
        let row = try PreparedStatement(database, WriteStatements.SQL.newestSegment)
        defer { row.reset() }
        guard try row.step() else { return RecipientSegments() }
        return RecipientSegments(newest: row.integer(0), count: Int(row.integer(1)), last: row.integer(2))
    }
}
