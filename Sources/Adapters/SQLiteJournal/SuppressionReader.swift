internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// A suppression as it is stored, and its place in the order in which they were made.
struct SuppressionRow {
    var place: Int64
    var suppression: Suppression

    static let columns = "place, app, recipient, reach, errcode, since, until"

    /// `nil` for one that no version of Weir writes.
    private init?(_ row: PreparedStatement) {
        guard let reach = SuppressionReach(stored: row.text(3)) else { return nil }
        place = row.integer(0)
        suppression = Suppression(
            app: row.text(1),
            recipient: row.text(2),
            reach: reach,
            errcode: row.optionalInteger(4).map { Int(clamping: $0) },
            since: Timestamp(milliseconds: row.integer(5)),
            until: Timestamp(milliseconds: row.integer(6))
        )
    }

    /// The row that a statement is at.
    static func read(_ row: PreparedStatement) -> SuppressionRow? {
        SuppressionRow(row)
    }

    /// All rows of a statement.
    static func all(_ row: PreparedStatement) throws(SQLiteFailure) -> [SuppressionRow] {
        defer { row.reset() }
        var all: [SuppressionRow] = []
        while try row.step() {
            if let one = read(row) { all.append(one) }
        }
        return all
    }
}

/// The questions about suppressions, each inside one read transaction.
enum SuppressionReader {
    static let allSQL = "SELECT \(SuppressionRow.columns) FROM suppressions ORDER BY place"

    static func restore(_ database: Database, _ each: (Suppression) -> Void) throws(SQLiteFailure) {
        let row = try PreparedStatement(database, allSQL, isCached: false)
        while try row.step() {
            if let one = SuppressionRow.read(row) { each(one.suppression) }
        }
    }

    private static let page = "AND place < ?1 AND until > ?2 ORDER BY place DESC LIMIT ?3"

    static let newestSQL = "SELECT \(SuppressionRow.columns) FROM suppressions WHERE true \(page)"
    static let ofAppSQL = """
        SELECT \(SuppressionRow.columns) FROM suppressions INDEXED BY suppressions_app WHERE app = ?4 \(page)
        """
    static let ofRecipientSQL = """
        SELECT \(SuppressionRow.columns) FROM suppressions INDEXED BY suppressions_recipient WHERE recipient = ?4 \(page)
        """

    /// Each query looks at no more rows than it answers with, but for those whose time is over and that no sweep has come to. An openid is
    /// of one account: of a recipient there are few.
    static func list(_ database: Database, _ filter: SuppressionFilter) throws(SQLiteFailure) -> SuppressionPage {
        let limit = min(max(filter.limit, 1), 1_000)
        var rows: [SuppressionRow]
        if let recipient = filter.recipient {
            rows = try newest(database, ofRecipientSQL, recipient, filter, atMost: 1_000)
            if let apps = filter.apps { rows.removeAll { !apps.contains($0.suppression.app) } }
        } else if let apps = filter.apps {
            rows = []
            for app in Set(apps) { rows += try newest(database, ofAppSQL, app, filter, atMost: limit + 1) }
            rows.sort { $0.place > $1.place }
        } else {
            rows = try newest(database, newestSQL, nil, filter, atMost: limit + 1)
        }
        let found = rows.prefix(limit)
        let next = rows.count > found.count ? found.last?.place : nil
        return SuppressionPage(suppressions: found.map(\.suppression), next: next)
    }

    private static func newest(
        _ database: Database,
        _ sql: String,
        _ key: String?,
        _ filter: SuppressionFilter,
        atMost limit: Int
    ) throws(SQLiteFailure) -> [SuppressionRow] {
        let row = try PreparedStatement(database, sql)
        row.bind(filter.before ?? .max, at: 1)
        row.bind(filter.now.milliseconds, at: 2)
        row.bind(Int64(limit), at: 3)
        if let key { row.bind(key, at: 4) }
        return try SuppressionRow.all(row)
    }
}
