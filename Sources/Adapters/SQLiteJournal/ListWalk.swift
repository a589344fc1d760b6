internal import Queueing
internal import WeirPorts

/// One page of a listing in the making: goes from the newest message on until the page is full, everything has been seen, or the
/// budget is spent.
struct ListWalk {
    private let database: Database
    private let query: ListQuery
    private let walk: PreparedStatement
    private let message: PreparedStatement
    private var budget: ListBudget
    private var messages: [MessageRecord] = []
    /// Where the next page begins, once this one has come to its end before the messages have.
    private var next: JobID?

    /// What looking a recipient up in a segment costs: a walk down the index, where passing a row is a step.
    private static let segmentCost = 10

    static func page(
        _ database: Database,
        _ filter: MessageFilter,
        _ budget: ListBudget
    ) throws(SQLiteFailure) -> MessagePage {
        var walk = try ListWalk(database, ListQuery(filter), budget)
        if walk.query.segmentParameter == nil { try walk.passRows() } else { try walk.passSegments() }
        return MessagePage(messages: walk.messages, next: walk.next)
    }

    private init(_ database: Database, _ query: ListQuery, _ budget: ListBudget) throws(SQLiteFailure) {
        self.database = database
        self.query = query
        self.budget = budget
        walk = try PreparedStatement(database, query.sql, isCached: false)
        message = try PreparedStatement(database, "SELECT \(MessageRow.recordColumns) FROM messages WHERE id = ?1")
        for (index, value) in query.values.enumerated() {
            switch value {
            case .integer(let integer): walk.bind(integer, at: Int32(index + 1))
            case .text(let text): walk.bind(text, at: Int32(index + 1))
            }
        }
    }

    /// Passes the rows of the walk as it is bound, and sets `next` where it stops before their end.
    private mutating func passRows() throws(SQLiteFailure) {
        defer { walk.reset() }
        while try walk.step() {
            let id = walk.integer(0)
            if walk.integer(1) != 0 {
                // One more is looked for than the page holds: whether there is another page.
                guard messages.count < query.limit else { return next = messages.last?.id }
                try take(id)
            }
            budget.spend()
            if budget.isSpent { return next = JobID(stored: id) }
        }
    }

    /// Passes the segments from the newest to the oldest, and in each the recipient's rows.
    private mutating func passSegments() throws(SQLiteFailure) {
        guard let parameter = query.segmentParameter else { return }
        let newest = try PreparedStatement(database, ListQuery.segmentSQL)
        var below = query.before
        while true {
            newest.bind(below, at: 1)
            defer { newest.reset() }
            guard try newest.step(), let segment = newest.optionalInteger(0) else { return }
            walk.bind(segment, at: Int32(clamping: parameter))
            try passRows()
            guard next == nil, segment > query.oldest else { return }
            budget.spend(ListWalk.segmentCost)
            if budget.isSpent { return next = JobID(stored: segment) }
            below = segment
        }
    }

    private mutating func take(_ id: Int64) throws(SQLiteFailure) {
        message.bind(id, at: 1)
        defer { message.reset() }
        if try message.step() { messages.append(try MessageRow.record(message)) }
    }
}
