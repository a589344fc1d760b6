internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// A listing as SQL: a walk from the newest message to the oldest, each row an id and whether that message is wanted. So whoever
/// walks knows how far it has come, also where nothing is found, and may stop anywhere.
///
/// The index that leads is always named, so that what is fast doesn't depend on SQLite's statistics: the recipient's, else one
/// walk a state for those that have an index, else the client's, else the app's, else by id.
struct ListQuery: Equatable {
    enum Value: Equatable {
        case integer(Int64)
        case text(String)
    }

    /// What narrows a walk down by an index, and what each row that it passes is asked.
    private struct Conditions {
        var sought: [String] = []
        var asked: [String] = []
    }

    /// For a recipient: the walk through one segment, whose number is the parameter `segmentParameter`.
    private(set) var sql = ""
    /// For the parameters ?1, ?2 …
    private(set) var values: [Value] = []
    /// Set where the walk goes from segment to segment.
    private(set) var segmentParameter: Int?
    /// The size of the page.
    let limit: Int
    /// Where the walk begins: only ids below this one.
    let before: Int64
    /// Where it ends: no id below this one is wanted.
    let oldest: Int64

    /// Ids begin with the time they were made at, and run ahead of the clock rather than behind it. What is older than a
    /// filter's `since` by more milliseconds than this need not be looked at.
    private static let clockSlack: Int64 = 3_600_000

    init(_ filter: MessageFilter) {
        limit = min(max(filter.limit, 1), 1_000)
        before = filter.before?.stored ?? .max
        oldest =
            filter.since.map { since in
                min(max(since.milliseconds, ListQuery.clockSlack) - ListQuery.clockSlack, Int64.max >> 20) << 20
            } ?? .min
        let states = Set(filter.states)
        var conditions = conditions(filter)
        if let recipient = filter.recipient, !recipient.isEmpty {
            sql = recipientWalk(recipient, states, &conditions)
        } else {
            sql = walks(states, leadingIndex(filter), conditions).joined(separator: " UNION ALL ")
        }
        sql += " ORDER BY id DESC"
    }

    /// Nearly every message ends in these; the index on state leaves them out, and the walk for them reads what it passes.
    private static let commonStates: Set<JobState> = [.sent, .delivered]

    /// One walk for each state that has an index and one for the common ones; SQLite merges them by id as it goes.
    private func walks(
        _ states: Set<JobState>,
        _ index: (name: String, condition: String?),
        _ conditions: Conditions
    ) -> [String] {
        var leading = conditions
        if let condition = index.condition { leading.sought.append(condition) }
        guard !states.isEmpty, states.count < JobState.allCases.count else { return [select(index.name, leading)] }
        var walks: [String] = []
        let common = states.intersection(ListQuery.commonStates)
        if !common.isEmpty {
            var leading = leading
            leading.asked.append(condition(common))
            walks.append(select(index.name, leading))
        }
        for state in JobState.allCases where states.subtracting(common).contains(state) {
            var own = conditions
            own.sought += ["state NOT IN (2, 3)", "state = \(state.rawValue)"]
            walks.append(select("INDEXED BY messages_state", own))
        }
        return walks
    }

    private func condition(_ states: Set<JobState>) -> String {
        "state IN (\(states.map(\.rawValue).sorted().map { "\($0)" }.joined(separator: ", ")))"
    }

    private mutating func leadingIndex(_ filter: MessageFilter) -> (name: String, condition: String?) {
        if let client = filter.client, !client.isEmpty {
            return ("INDEXED BY messages_client", "client <> '' AND client = \(parameter(.text(client)))")
        }
        guard let app = filter.app else { return ("", nil) }
        return ("INDEXED BY messages_app", "app = \(parameter(.text(app)))")
    }

    private func select(_ index: String, _ conditions: Conditions) -> String {
        let asked = conditions.asked.isEmpty ? "1" : conditions.asked.joined(separator: " AND ")
        return """
            SELECT id, \(asked) FROM messages \(index) WHERE \(conditions.sought.joined(separator: " AND "))
            """
    }

    /// Everything but states and a recipient that is not empty, in a form that every walk can use.
    private mutating func conditions(_ filter: MessageFilter) -> Conditions {
        var conditions = Conditions()
        conditions.sought.append("id < \(parameter(.integer(before)))")
        if oldest > .min { conditions.sought.append("id >= \(parameter(.integer(oldest)))") }
        if let client = filter.client { conditions.asked.append("client = \(parameter(.text(client)))") }
        if let app = filter.app { conditions.asked.append("app = \(parameter(.text(app)))") }
        if filter.recipient?.isEmpty == true { conditions.asked.append("recipient = ''") }
        if let since = filter.since {
            conditions.asked.append("created_at >= \(parameter(.integer(since.milliseconds)))")
        }
        ask(filter, &conditions)
        return conditions
    }

    /// What no index answers.
    private mutating func ask(_ filter: MessageFilter, _ conditions: inout Conditions) {
        if let until = filter.until {
            conditions.asked.append("created_at < \(parameter(.integer(until.milliseconds)))")
        }
        if let ended = filter.endedBy {
            conditions.asked.append("ended_at <= \(parameter(.integer(ended.milliseconds)))")
        }
        if !filter.types.isEmpty {
            let types = filter.types.map { parameter(.text($0.rawValue)) }.joined(separator: ", ")
            conditions.asked.append("type IN (\(types))")
        }
        if let errcode = filter.errcode {
            let last = "SELECT errcode FROM attempts WHERE message_id = messages.id ORDER BY number DESC LIMIT 1"
            conditions.asked.append("(\(last)) IS \(parameter(.integer(Int64(errcode))))")
        }
    }

    /// The newest segment below ?1, or NULL. The ids of a segment lie all below those of the next one.
    static let segmentSQL = """
        SELECT max(segment) FROM messages INDEXED BY messages_recipient WHERE segment IS NOT NULL AND segment < ?1
        """

    private mutating func recipientWalk(
        _ recipient: String,
        _ states: Set<JobState>,
        _ conditions: inout Conditions
    ) -> String {
        let segment = parameter(.integer(0))
        segmentParameter = values.count
        let hash = parameter(.integer(StoredHash.recipient(recipient)))
        conditions.sought += ["segment IS NOT NULL", "segment = \(segment)", "recipient_hash = \(hash)"]
        conditions.asked.append("recipient = \(parameter(.text(recipient)))")
        if !states.isEmpty { conditions.asked.append(condition(states)) }
        return select("INDEXED BY messages_recipient", conditions)
    }

    private mutating func parameter(_ value: Value) -> String {
        values.append(value)
        return "?\(values.count)"
    }
}

/// One page of a listing in the making: goes from the newest message on until the page is full, everything has been seen, or the
/// budget is spent.
struct ListWalk {
    private let database: Database
    private let query: ListQuery
    private let walk: PreparedStatement
    private let message: PreparedStatement
    private let search: BodySearch?
    private var budget: ListBudget
    private var messages: [MessageRecord] = []
    /// Set where messages are counted and not read.
    private var tally: MessageTally?
    /// Where the next page begins, once this one has come to its end before the messages have.
    private var next: JobID?

    /// What looking into a body costs.
    private static let bodyCost = 10
    /// What looking a recipient up in a segment costs: a walk down the index, where passing a row is a step.
    private static let segmentCost = 10

    static func page(
        _ database: Database,
        _ filter: MessageFilter,
        _ budget: ListBudget
    ) throws(SQLiteFailure) -> MessagePage {
        var walk = try ListWalk(database, filter, budget, isCount: false)
        try walk.pass()
        return MessagePage(messages: walk.messages, next: walk.next)
    }

    /// Counts as far as the budget goes.
    static func tally(
        _ database: Database,
        _ filter: MessageFilter,
        _ budget: ListBudget
    ) throws(SQLiteFailure) -> MessageTally {
        var walk = try ListWalk(database, filter, budget, isCount: true)
        try walk.pass()
        return MessageTally(counts: walk.tally?.counts ?? [:], next: walk.next)
    }

    private init(
        _ database: Database,
        _ filter: MessageFilter,
        _ budget: ListBudget,
        isCount: Bool
    ) throws(SQLiteFailure) {
        self.database = database
        query = ListQuery(filter)
        self.budget = budget
        walk = try PreparedStatement(database, query.sql, isCached: false)
        let columns = isCount ? "app, client, type" : MessageRow.recordColumns
        message = try PreparedStatement(database, "SELECT \(columns) FROM messages WHERE id = ?1")
        search = filter.search.isEmpty ? nil : try BodySearch(database, filter.search)
        tally = isCount ? MessageTally() : nil
        for (index, value) in query.values.enumerated() {
            switch value {
            case .integer(let integer): walk.bind(integer, at: Int32(index + 1))
            case .text(let text): walk.bind(text, at: Int32(index + 1))
            }
        }
    }

    private mutating func pass() throws(SQLiteFailure) {
        if query.segmentParameter == nil { try passRows() } else { try passSegments() }
    }

    /// Passes the rows of the walk as it is bound, and sets `next` where it stops before their end.
    private mutating func passRows() throws(SQLiteFailure) {
        defer { walk.reset() }
        while try walk.step() {
            let id = walk.integer(0)
            if walk.integer(1) != 0, try isFound(id) {
                // One more is looked for than the page holds: whether there is another page.
                guard tally != nil || messages.count < query.limit else { return next = messages.last?.id }
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

    private mutating func isFound(_ id: Int64) throws(SQLiteFailure) -> Bool {
        guard let search else { return true }
        budget.spend(ListWalk.bodyCost)
        return try search.finds(id)
    }

    private mutating func take(_ id: Int64) throws(SQLiteFailure) {
        message.bind(id, at: 1)
        defer { message.reset() }
        guard try message.step() else { return }
        guard tally != nil else { return messages.append(try MessageRow.record(message)) }
        guard let type = MessageType(rawValue: message.text(2)) else { return }
        let group = MessageTally.Group(app: message.text(0), client: message.text(1), type: type)
        tally?.counts[group, default: 0] += 1
    }
}
