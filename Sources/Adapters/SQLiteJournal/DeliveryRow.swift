internal import Queueing
internal import Timekeeping
internal import WeirPorts

/// Reads deliveries from rows.
enum DeliveryRow {
    /// What a destination's turn is decided by.
    static let columns = "place, destination, bytes, created_at, attempts, next_at"

    /// `nil` for one that no version of Weir writes.
    static func waiting(_ row: PreparedStatement) -> WaitingDelivery? {
        guard let destination = DeliveryDestination(stored: row.text(1)) else { return nil }
        return WaitingDelivery(
            place: row.integer(0),
            destination: destination,
            bytes: Int(clamping: row.integer(2)),
            createdAt: Timestamp(milliseconds: row.integer(3)),
            attempts: Int(clamping: max(0, row.integer(4))),
            nextAt: row.optionalInteger(5).map(Timestamp.init(milliseconds:))
        )
    }
}

/// The questions about deliveries, each inside one read transaction.
enum DeliveryReader {
    static let waitingSQL = """
        SELECT \(DeliveryRow.columns) FROM deliveries INDEXED BY deliveries_waiting WHERE state = 0 ORDER BY place
        """

    static func restore(_ database: Database, _ each: (WaitingDelivery) -> Void) throws(SQLiteFailure) {
        let row = try PreparedStatement(database, waitingSQL, isCached: false)
        while try row.step() {
            if let one = DeliveryRow.waiting(row) { each(one) }
        }
    }

    static let oneSQL = """
        SELECT \(DeliveryRow.columns), app, message_id, body,
            (SELECT callback_url FROM messages WHERE id = deliveries.message_id)
        FROM deliveries WHERE place = ?1 AND state <> \(DeliveryWriter.State.over.rawValue)
        """

    static func delivery(_ database: Database, _ place: Int64) throws(SQLiteFailure) -> StoredDelivery? {
        let row = try PreparedStatement(database, oneSQL)
        row.bind(place, at: 1)
        defer { row.reset() }
        guard try row.step(), let waiting = DeliveryRow.waiting(row) else { return nil }
        let content: StoredDelivery.Content
        if let id = row.optionalInteger(7) {
            content = row.optionalText(9).map { .ended(JobID(stored: id), url: $0) } ?? .gone
        } else {
            content = .body(row.bytes(8))
        }
        return StoredDelivery(waiting, app: row.text(6), content: content)
    }
}
