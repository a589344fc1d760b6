import Timekeeping
import WeirPorts

/// Every client's daily budgets: what is used of them, whether one more may go, and what the journal is to have of it.
///
/// A value: it reads no clock and writes nothing. Counters are looked up by client; a client has few.
struct BudgetMachine: Sendable {
    /// An entry of the journal's ledger that may be erased.
    enum Lapse: Hashable, Sendable {
        case used(BudgetKey)
        case raise(BudgetKey)
    }

    /// What came of the wish to make one more call.
    enum Verdict: Sendable {
        /// No budget counts it.
        case free
        /// It counts. Where `mustWait`, it may go only when the journal has the marks.
        case taken(mustWait: Bool)
        /// This budget is used up.
        case refused(BudgetStanding)
    }

    var counters: [String: [BudgetCounter]] = [:]
    /// Of budgets that left the configuration today, should they come back.
    var departed: [BudgetKey: BudgetCounter] = [:]
    /// Raises of budgets that are not configured.
    var unclaimed: [BudgetKey: BudgetRaise] = [:]
    /// Entries that say nothing any more.
    var lapsed: Set<Lapse> = []
    /// What is to be written.
    var marks: [BudgetMark] = []
    var news: [BudgetNews] = []

    /// Budgets that left, and raises of such, that are remembered.
    static let mostDeparted = BudgetConfiguration.most

    var isEmpty: Bool { counters.isEmpty }

    // MARK: Configuration

    /// Takes over what a reload changed: what is used stays used.
    mutating func configure(_ budgets: [String: [BudgetConfiguration]], at now: Timestamp) {
        var old = departed
        for key in old.keys { old[key]?.comeBack(at: now) }
        for counter in counters.values.joined() { old[counter.key] = counter }
        counters = [:]
        for (client, budgets) in budgets where !budgets.isEmpty {
            counters[client] = budgets.map { terms in
                let key = BudgetKey(client, terms)
                var counter = old.removeValue(forKey: key) ?? BudgetCounter(key, terms, at: now)
                counter.terms = terms
                if let raise = unclaimed.removeValue(forKey: key) { counter.raise = raise }
                counter.roll(at: now)
                return counter
            }
        }
        departed = [:]
        for (key, counter) in old.sorted(by: { $0.key.order < $1.key.order }) { depart(key, counter) }
    }

    private mutating func depart(_ key: BudgetKey, _ counter: BudgetCounter) {
        if let raise = counter.raise {
            if unclaimed.count < BudgetMachine.mostDeparted {
                unclaimed[key] = raise
            } else {
                lapsed.insert(.raise(key))
            }
        }
        var counter = counter
        counter.raise = nil
        counter.leave()
        if departed.count < BudgetMachine.mostDeparted {
            departed[key] = counter
        } else {
            lapsed.insert(.used(key))
        }
    }

    /// Takes back what an earlier process wrote down, after `configure`.
    mutating func restore(_ facts: [BudgetFact], at now: Timestamp) {
        for fact in facts {
            switch fact {
            case .used(let key, let count, let since, let dayEnds):
                guard dayEnds > now else {
                    lapsed.insert(.used(key))
                    continue
                }
                let isConfigured = change(key) { $0.restore(used: count, since: since) }
                if !isConfigured, departed.count < BudgetMachine.mostDeparted {
                    var counter = BudgetCounter(key, BudgetConfiguration(limit: 1), at: now)
                    counter.restore(used: count, since: since)
                    counter.leave()
                    departed[key] = counter
                }
            case .raise(let key, let raise):
                guard raise.until > now else {
                    lapsed.insert(.raise(key))
                    continue
                }
                if !change(key, { $0.raise = raise }), unclaimed.count < BudgetMachine.mostDeparted {
                    unclaimed[key] = raise
                }
            }
        }
    }

    /// - Returns: whether there is such a budget.
    @discardableResult
    mutating func change(_ key: BudgetKey, _ change: (inout BudgetCounter) -> Void) -> Bool {
        guard let index = counters[key.client]?.firstIndex(where: { $0.key == key }) else { return false }
        counters[key.client]?[index].withChange(change)
        return true
    }

    // MARK: Counting

    /// One call more of a client: taken from all budgets that count it, or from none.
    mutating func charge(client: String, app: String, api: String, at now: Timestamp) -> Verdict {
        guard let slot = counters.index(forKey: client) else { return .free }
        bringUpToDate(slot, at: now)
        let indices = counters.values[slot].indices.filter { counters.values[slot][$0].key.covers(app: app, api: api) }
        guard !indices.isEmpty else { return .free }
        if let refusal = refusal(slot, indices) { return .refused(refusal) }
        for index in indices { take(slot, index) }
        let mustWait = indices.contains { counters.values[slot][$0].isAhead }
        for index in indices {
            if let mark = counters.values[slot][index].reserve(isUrgent: mustWait) { marks.append(mark) }
        }
        return .taken(mustWait: mustWait)
    }

    /// A budget that is enforced and has nothing left.
    private mutating func refusal(
        _ slot: Dictionary<String, [BudgetCounter]>.Index,
        _ indices: [Int]
    ) -> BudgetStanding? {
        let full = indices.filter {
            counters.values[slot][$0].terms.mode == .enforce && counters.values[slot][$0].isUsedUp
        }
        guard let first = full.first else { return nil }
        for index in full { counters.values[slot][index].refuse() }
        let standing = counters.values[slot][first].standing()
        news.append(BudgetNews(.refused, standing))
        return standing
    }

    private mutating func take(_ slot: Dictionary<String, [BudgetCounter]>.Index, _ index: Int) {
        let before = counters.values[slot][index].standing()
        if before.left == 0 {
            counters.values[slot][index].refuse()
            news.append(BudgetNews(.wouldRefuse, before))
        }
        counters.values[slot][index].take()
        let after = counters.values[slot][index].standing()
        if !before.isSoftPassed, after.isSoftPassed, counters.values[slot][index].tells(.softPassed) {
            news.append(BudgetNews(.softPassed, after))
        }
        if before.left > 0, after.left == 0, counters.values[slot][index].tells(.usedUp) {
            news.append(BudgetNews(.usedUp, after))
        }
    }

    /// WeChat was not asked for what was taken then.
    mutating func giveBack(client: String, app: String, api: String, takenAt time: Timestamp, at now: Timestamp) {
        guard let slot = counters.index(forKey: client) else { return }
        bringUpToDate(slot, at: now)
        for index in counters.values[slot].indices where counters.values[slot][index].key.covers(app: app, api: api) {
            counters.values[slot][index].giveBack(takenAt: time)
        }
    }

    mutating func bringUpToDate(_ slot: Dictionary<String, [BudgetCounter]>.Index, at now: Timestamp) {
        for index in counters.values[slot].indices {
            counters.values[slot][index].roll(at: now)
            guard let raise = counters.values[slot][index].raise, raise.until <= now else { continue }
            counters.values[slot][index].raise = nil
            lapsed.insert(.raise(counters.values[slot][index].key))
            news.append(BudgetNews(.raiseEnded, counters.values[slot][index].standing()))
        }
    }
}

extension BudgetCounter {
    fileprivate mutating func withChange(_ change: (inout BudgetCounter) -> Void) { change(&self) }
}
