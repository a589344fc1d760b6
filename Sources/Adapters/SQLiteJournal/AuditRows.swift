internal import Timekeeping
internal import WeirPorts

/// The audit trail as it is stored: written one by one, and read newest first.
enum AuditRows {
    private static let columns = "at, who, role, action, target, reason, status, peer, trace_id"

    static let insertSQL = "INSERT INTO audit (\(columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"

    static func insert(_ entry: AuditEntry, _ database: Database) throws(SQLiteFailure) {
        let statement = try PreparedStatement(database, insertSQL)
        statement.bind(entry.at.milliseconds, at: 1)
        let texts = [entry.who, entry.role, entry.action, entry.target, entry.reason]
        for (text, place) in zip(texts, Int32(2)...) { statement.bind(text, at: place) }
        statement.bind(Int64(entry.status), at: 7)
        statement.bind(entry.peer, at: 8)
        statement.bind(entry.traceID, at: 9)
        try statement.run()
    }

    /// It passes no more rows than are ever kept.
    static let pageSQL = """
        SELECT place, \(columns) FROM audit
        WHERE place < ?1 AND at >= ?2 AND (?3 IS NULL OR who = ?3) AND (?4 IS NULL OR action = ?4)
            AND (?5 IS NULL OR target = ?5)
        ORDER BY place DESC LIMIT ?6
        """

    static func page(_ database: Database, _ filter: AuditFilter) throws(SQLiteFailure) -> AuditPage {
        let limit = min(max(filter.limit, 1), 1_000)
        let row = try PreparedStatement(database, pageSQL)
        row.bind(filter.before ?? .max, at: 1)
        row.bind(filter.since?.milliseconds ?? .min, at: 2)
        for (text, place) in zip([filter.who, filter.action, filter.target], Int32(3)...) { row.bind(text, at: place) }
        row.bind(Int64(limit + 1), at: 6)
        defer { row.reset() }
        var page = AuditPage(entries: [])
        var last: Int64?
        while try row.step() {
            guard page.entries.count < limit else {
                page.next = last
                break
            }
            last = row.integer(0)
            page.entries.append(entry(row))
        }
        return page
    }

    private static func entry(_ row: PreparedStatement) -> AuditEntry {
        AuditEntry(
            at: Timestamp(milliseconds: row.integer(1)),
            who: row.text(2),
            role: row.text(3),
            action: row.text(4),
            target: row.text(5),
            reason: row.text(6),
            status: Int(clamping: row.integer(7)),
            peer: row.text(8),
            traceID: row.text(9)
        )
    }

    /// Looks at the oldest ?2 alone: they stand in the order of their time, but for steps of the clock.
    static let sweepSQL = """
        DELETE FROM audit WHERE place IN (
            SELECT place FROM (SELECT place, at FROM audit ORDER BY place LIMIT ?2)
            WHERE at <= ?1 OR place <= (SELECT max(place) FROM audit) - \(AuditEntry.mostKept)
        )
        """
}
