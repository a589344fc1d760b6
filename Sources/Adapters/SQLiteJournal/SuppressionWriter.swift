internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// The writes about suppressions, inside a transaction. They are few: the statements are looked up when they are needed.
struct SuppressionWriter {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// It gets a new place in the order, whether it was there before or not.
    func suppress(_ new: Suppression) throws(SQLiteFailure) -> [SuppressionNews] {
        let statement = try PreparedStatement(database, SQL.insert)
        statement.bind(new.app, at: 1)
        statement.bind(new.recipient, at: 2)
        statement.bind(new.reach.stored, at: 3)
        statement.bind(new.errcode.map(Int64.init), at: 4)
        statement.bind(new.since.milliseconds, at: 5)
        statement.bind(new.until.milliseconds, at: 6)
        try statement.run()
        return [.made(new)]
    }

    func lift(
        app: String,
        recipient: String,
        _ lifting: SuppressionLifting
    ) throws(SQLiteFailure) -> [SuppressionNews] {
        let row = try PreparedStatement(database, SQL.ofRecipient)
        row.bind(recipient, at: 1)
        row.bind(app, at: 2)
        return try end(try SuppressionRow.all(row).filter { lifting.ends($0.suppression.reach) })
    }

    func shed(_ count: Int) throws(SQLiteFailure) -> [SuppressionNews] {
        let row = try PreparedStatement(database, SQL.oldest)
        row.bind(Int64(max(0, count)), at: 1)
        return try end(try SuppressionRow.all(row))
    }

    private func end(_ rows: [SuppressionRow]) throws(SQLiteFailure) -> [SuppressionNews] {
        let statement = try PreparedStatement(database, SQL.delete)
        for row in rows {
            statement.bind(row.place, at: 1)
            try statement.run()
        }
        return rows.map { .ended($0.suppression) }
    }

    /// What the statements say.
    enum SQL {
        static let insert = """
            INSERT OR REPLACE INTO suppressions (app, recipient, reach, errcode, since, until)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """

        static let ofRecipient = """
            SELECT \(SuppressionRow.columns) FROM suppressions INDEXED BY suppressions_recipient
            WHERE recipient = ?1 AND app = ?2 ORDER BY place
            """

        static let oldest = "SELECT \(SuppressionRow.columns) FROM suppressions ORDER BY place LIMIT ?1"

        static let delete = "DELETE FROM suppressions WHERE place = ?1"

        static let sweep = """
            DELETE FROM suppressions WHERE place IN (
                SELECT place FROM suppressions INDEXED BY suppressions_until WHERE until <= ?1 ORDER BY until LIMIT ?2
            )
            """
    }
}

extension SuppressionLifting {
    fileprivate func ends(_ reach: SuppressionReach) -> Bool {
        switch self {
        case .all: true
        case .only(let reaches): reaches.contains(reach)
        }
    }
}
