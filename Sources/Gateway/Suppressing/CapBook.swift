import Synchronization
package import Timekeeping
package import WeChat
package import WeirPorts

/// How many messages each recipient was sent today, of apps with caps: hashes and numbers, no openid. The journal has what posted
/// messages count, in the commits that accept them; what relayed calls count is known to this process alone.
package final class CapBook: Sendable {
    private struct State {
        /// In Shanghai, counted from 1970-01-01.
        var day: Int64
        var counts: [Int64: Int32] = [:]
        var rules: [String: [CapRule]]
    }

    private let state: Mutex<State>
    /// Whether any app has caps: whoever finds none asks for no lock.
    private let hasRules: Atomic<Bool>
    private let journal: any Journal
    private let time: any TimeSource
    private let limit: Int

    /// Recipients, or recipients and templates, that are counted a day, of all apps together.
    package static let mostCounted = 2_000_000

    /// - Parameter limit: counts that are kept; what would need a further one is not counted.
    package init(
        _ rules: [String: [CapRule]],
        journal: any Journal,
        time: any TimeSource,
        limit: Int = mostCounted
    ) {
        state = Mutex(State(day: ChinaTime.dayNumber(of: time.timestamp()), rules: rules))
        hasRules = Atomic(rules.values.contains { !$0.isEmpty })
        self.journal = journal
        self.time = time
        self.limit = limit
    }

    /// Takes over what a reload changed. What was counted stays counted; a rule that is new begins at nothing.
    package func reload(_ rules: [String: [CapRule]]) {
        state.withLock { $0.rules = rules }
        hasRules.store(rules.values.contains { !$0.isEmpty }, ordering: .relaxed)
    }

    /// Reads what earlier processes have counted today. Called once, before anything is accepted.
    package func restore() throws(JournalError) {
        let day = ChinaTime.dayNumber(of: time.timestamp())
        var counts: [Int64: Int32] = [:]
        try journal.counts(of: day) { mark, count in
            if counts.count < limit { counts[mark] = Int32(clamping: count) }
        }
        state.withLock { ($0.day, $0.counts) = (day, counts) }
    }

    /// Whether any app has caps: only then need a message be looked at.
    package var isUsed: Bool { hasRules.load(ordering: .relaxed) }

    /// How many are counted today.
    package var count: Int { state.withLock { $0.counts.count } }

    /// Counts a message that is to be accepted; `nil` where nothing of it is counted.
    ///
    /// - Throws: where its recipient has had as many as a cap allows.
    package func take(app: String, _ type: MessageType, _ body: [UInt8]) throws(CapReached) -> CapTicket? {
        guard isUsed, let rules = state.withLock({ $0.rules[app] }) else { return nil }
        let own = rules.filter { $0.type == type }
        guard !own.isEmpty, let address = MessageAddress(type, in: body) else { return nil }
        let marks = own.map { CapBook.mark(app, $0, address) }
        let now = time.timestamp()
        let result = state.withLock { state -> Result<CapTicket, CapReached> in
            CapBook.turn(&state, to: ChinaTime.dayNumber(of: now))
            for (rule, mark) in zip(own, marks) where Int(state.counts[mark] ?? 0) >= rule.limit {
                return .failure(CapReached(rule: rule, until: ChinaTime.nextMidnight(after: now)))
            }
            let counted = marks.filter { state.counts[$0] != nil || state.counts.count < limit }
            for mark in counted { state.counts[mark, default: 0] += 1 }
            return .success(CapTicket(day: state.day, marks: counted))
        }
        return try result.get()
    }

    /// What was counted was not accepted after all.
    package func giveBack(_ ticket: CapTicket) {
        state.withLock { state in
            guard state.day == ticket.day else { return }
            for mark in ticket.marks {
                guard let count = state.counts[mark] else { continue }
                state.counts[mark] = count > 1 ? count - 1 : nil
            }
        }
    }

    /// A new day begins at nothing. A clock that is set back over midnight does not bring the day before again; one that was days ahead
    /// and has been set right does.
    private static func turn(_ state: inout State, to day: Int64) {
        guard day > state.day || day < state.day - 1 else { return }
        (state.day, state.counts) = (day, [:])
    }

    /// Whoever chooses openids can't choose two that meet. The same in each process.
    private static func mark(_ app: String, _ rule: CapRule, _ address: MessageAddress) -> Int64 {
        let template = rule.scope == .template ? address.template ?? "" : ""
        let parts = [app, rule.type.rawValue, rule.scope.rawValue, address.recipient, template]
        return digest(ofParts: parts).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }
}

/// What a message was counted by, until it is accepted.
package final class CapTicket: Sendable {
    let day: Int64
    let marks: [Int64]

    init(day: Int64, marks: [Int64]) {
        (self.day, self.marks) = (day, marks)
    }

    /// What the journal is to write with the acceptance.
    package var writes: [JournalWrite] { marks.map { .count($0, day: day) } }
}

/// A recipient has had as many messages today as a cap allows.
package struct CapReached: Error, Equatable, Sendable {
    package var rule: CapRule
    /// When it gets messages again.
    package var until: Timestamp

    /// For people.
    package var reason: String {
        let what =
            rule.scope == .template
            ? "\(rule.type.rawValue) messages of this template" : "\(rule.type.rawValue) messages"
        return
            "the recipient has had \(rule.limit) \(what) today, as many as apps.X.caps allows, until \(until.rfc3339)"
    }
}
