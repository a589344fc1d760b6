internal import Queueing
internal import Timekeeping
internal import Weir

/// A listing as SQL. The index that leads is always named, so that what is fast doesn't depend on SQLite's statistics:
/// the recipient's, else one walk a state for those that have an index, else the client's, else the app's, else by id.
struct ListQuery: Equatable {
    enum Value: Equatable {
        case integer(Int64)
        case text(String)
    }

    private(set) var sql = ""
    /// For the parameters ?1, ?2 …
    private(set) var values: [Value] = []
    /// The size of the page; the query asks for one more, to know whether there is another page.
    let limit: Int

    /// Ids begin with the time they were made at, and run ahead of the clock rather than behind it. What is older than a
    /// filter's `since` by more milliseconds than this need not be looked at.
    private static let clockSlack: Int64 = 3_600_000

    init(_ filter: MessageFilter) {
        limit = min(max(filter.limit, 1), 1_000)
        let conditions = conditions(filter)
        let limit = "LIMIT \(limit + 1)"
        if let recipient = filter.recipient, !recipient.isEmpty {
            sql = recipientQuery(recipient, Set(filter.states), conditions) + " ORDER BY id DESC \(limit)"
            return
        }
        sql = walks(Set(filter.states), leadingIndex(filter), conditions).joined(separator: " UNION ALL ")
        sql += " ORDER BY id DESC \(limit)"
    }

    /// Nearly every message ends in these; the index on state leaves them out, and the walk for them reads what it passes.
    private static let commonStates: Set<JobState> = [.sent, .delivered]

    /// One walk for each state that has an index and one for the common ones; SQLite merges them by id as it goes.
    private func walks(_ states: Set<JobState>, _ index: String, _ conditions: [String]) -> [String] {
        guard !states.isEmpty, states.count < JobState.allCases.count else { return [select(index, conditions)] }
        var walks: [String] = []
        let common = states.intersection(ListQuery.commonStates)
        if !common.isEmpty { walks.append(select(index, [condition(common)] + conditions)) }
        for state in JobState.allCases where states.subtracting(common).contains(state) {
            let own = ["state NOT IN (2, 3)", "state = \(state.rawValue)"]
            walks.append(select("INDEXED BY messages_state", own + conditions))
        }
        return walks
    }

    private func condition(_ states: Set<JobState>) -> String {
        "state IN (\(states.map(\.rawValue).sorted().map { "\($0)" }.joined(separator: ", ")))"
    }

    private func leadingIndex(_ filter: MessageFilter) -> String {
        if let client = filter.client, !client.isEmpty { return "INDEXED BY messages_client" }
        return filter.app == nil ? "" : "INDEXED BY messages_app"
    }

    private func select(_ index: String, _ conditions: [String]) -> String {
        let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return "SELECT \(MessageRow.columns) FROM messages \(index) \(condition)"
    }

    /// Everything but states and a recipient that is not empty, in a form that every walk can use.
    private mutating func conditions(_ filter: MessageFilter) -> [String] {
        var conditions: [String] = []
        if let client = filter.client {
            conditions.append("client = \(parameter(.text(client)))")
            if !client.isEmpty { conditions.append("client <> ''") }
        }
        if let app = filter.app { conditions.append("app = \(parameter(.text(app)))") }
        if filter.recipient?.isEmpty == true { conditions.append("recipient = ''") }
        if let since = filter.since {
            conditions.append("created_at >= \(parameter(.integer(since.milliseconds)))")
            let oldest =
                min(max(since.milliseconds, ListQuery.clockSlack) - ListQuery.clockSlack, Int64.max >> 20) << 20
            conditions.append("id >= \(parameter(.integer(oldest)))")
        }
        if let before = filter.before { conditions.append("id < \(parameter(.integer(before.stored)))") }
        return conditions
    }

    /// Walks the segments from the newest to the oldest and looks the recipient up in each.
    private mutating func recipientQuery(_ recipient: String, _ states: Set<JobState>, _ conditions: [String]) -> String
    {
        let hash = parameter(.integer(StoredHash.recipient(recipient)))
        let openid = parameter(.text(recipient))
        var conditions = ["recipient_hash = \(hash)", "recipient = \(openid)"] + conditions
        if !states.isEmpty { conditions.append(condition(states)) }
        return """
            WITH RECURSIVE segments (start) AS (
                SELECT max(segment) FROM messages INDEXED BY messages_recipient WHERE segment IS NOT NULL
                UNION ALL
                SELECT (
                    SELECT max(segment) FROM messages INDEXED BY messages_recipient
                    WHERE segment IS NOT NULL AND segment < start
                ) FROM segments WHERE start IS NOT NULL
            )
            SELECT \(MessageRow.columns) FROM segments CROSS JOIN messages INDEXED BY messages_recipient
            ON segment = start AND segment IS NOT NULL
            WHERE \(conditions.joined(separator: " AND "))
            """
    }

    private mutating func parameter(_ value: Value) -> String {
        values.append(value)
        return "?\(values.count)"
    }
}
