internal import Queueing
internal import Timekeeping
internal import WeirPorts

/// The writes about deliveries, inside a transaction. The statements are looked up when they are needed.
struct DeliveryWriter {
    /// How far a row is, as it is stored.
    enum State: Int64 {
        case waiting = 0
        case dead, over
    }

    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    // MARK: - What is added

    /// - Returns: `nil` where the same push is known.
    func deliver(_ new: Delivery) throws(SQLiteFailure) -> WaitingDelivery? {
        let statement = try PreparedStatement(database, SQL.deliver)
        statement.bind(new.destination.stored, at: 1)
        statement.bind(new.app, at: 2)
        statement.bind(new.body, at: 3)
        statement.bind(Int64(new.body.count), at: 4)
        statement.bind(new.digest, at: 5)
        statement.bind(new.createdAt.milliseconds, at: 6)
        try statement.run()
        return statement.changes > 0 ? try added() : nil
    }

    /// What a write about messages has ended or moved, each told once.
    ///
    /// - Parameter ended: the message that it ended itself.
    func tell(
        ended: JobID?,
        _ news: [ReceiptNews],
        at now: Timestamp
    ) throws(SQLiteFailure) -> [WaitingDelivery] {
        var ids = ended.map { [$0] } ?? []
        for one in news {
            guard case .taken(let id, _) = one.result, one.state != .missing, !ids.contains(id) else { continue }
            ids.append(id)
        }
        var all: [WaitingDelivery] = []
        for id in ids {
            let statement = try PreparedStatement(database, SQL.tell)
            statement.bind(id.stored, at: 1)
            statement.bind(now.milliseconds, at: 2)
            try statement.run()
            if statement.changes > 0, let one = try added() { all.append(one) }
        }
        return all
    }

    private func added() throws(SQLiteFailure) -> WaitingDelivery? {
        let row = try PreparedStatement(database, SQL.added)
        defer { row.reset() }
        return try row.step() ? DeliveryRow.waiting(row) : nil
    }

    // MARK: - What becomes of it

    func settle(_ place: Int64, _ settlement: DeliverySettlement) throws(SQLiteFailure) {
        switch settlement {
        case .waits(let attempts, let nextAt):
            let statement = try PreparedStatement(database, SQL.waits)
            statement.bind(place, at: 1)
            statement.bind(Int64(attempts), at: 2)
            statement.bind(nextAt.milliseconds, at: 3)
            try statement.run()
        case .dead(let attempts, let keptUntil):
            let statement = try PreparedStatement(database, SQL.dead)
            statement.bind(place, at: 1)
            statement.bind(Int64(attempts), at: 2)
            statement.bind(keptUntil.milliseconds, at: 3)
            try statement.run()
            guard statement.changes > 0 else { return }
            let bound = try PreparedStatement(database, SQL.shedDead)
            bound.bind(place, at: 1)
            bound.bind(Int64(Delivery.mostDead), at: 2)
            try bound.run()
        case .over(let keptUntil):
            // What no push can repeat needs not be known any more.
            for sql in [SQL.remove, SQL.over] {
                let statement = try PreparedStatement(database, sql)
                statement.bind(place, at: 1)
                if sql == SQL.over { statement.bind(keptUntil.milliseconds, at: 2) }
                try statement.run()
            }
        }
    }

    /// Whether any message has an address to tell its end to: where none has, ends cost nothing more.
    static func hasCallbacks(_ database: Database) throws(SQLiteFailure) -> Bool {
        try database.integer(SQL.anyCallback) != nil
    }

    /// What the statements say. States: 0 waiting, 1 dead, 2 over.
    enum SQL {
        static let deliver = """
            INSERT OR IGNORE INTO deliveries (destination, app, body, bytes, digest, created_at, attempts, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)
            """

        static let tell = """
            INSERT INTO deliveries (destination, app, message_id, bytes, created_at, attempts, state)
            SELECT '\(DeliveryDestination.Kind.client.rawValue)/' || client, app, id, length(CAST(callback_url AS BLOB)), ?2, 0, 0
            FROM messages WHERE id = ?1 AND callback_url IS NOT NULL
            """

        static let added = "SELECT \(DeliveryRow.columns) FROM deliveries WHERE place = last_insert_rowid()"

        static let waits = "UPDATE deliveries SET attempts = ?2, next_at = ?3 WHERE place = ?1 AND state = 0"

        static let dead = """
            UPDATE deliveries SET state = 1, attempts = ?2, next_at = NULL, kept_until = ?3 WHERE place = ?1 AND state = 0
            """

        static let shedDead = """
            DELETE FROM deliveries WHERE place IN (
                SELECT place FROM deliveries INDEXED BY deliveries_dead
                WHERE state = 1 AND destination = (SELECT destination FROM deliveries WHERE place = ?1)
                ORDER BY place DESC LIMIT -1 OFFSET ?2
            )
            """

        static let remove = "DELETE FROM deliveries WHERE place = ?1 AND state = 0 AND digest IS NULL"

        static let over = """
            UPDATE deliveries SET state = 2, body = NULL, next_at = NULL, kept_until = ?2 WHERE place = ?1 AND state = 0
            """

        static let sweep = """
            DELETE FROM deliveries WHERE place IN (
                SELECT place FROM deliveries INDEXED BY deliveries_kept
                WHERE kept_until IS NOT NULL AND kept_until <= ?1 ORDER BY kept_until LIMIT ?2
            )
            """

        static let anyCallback = """
            SELECT 1 FROM messages INDEXED BY messages_callback WHERE callback_url IS NOT NULL LIMIT 1
            """
    }
}
