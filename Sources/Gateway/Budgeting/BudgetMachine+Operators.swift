import Timekeeping
import WeirPorts

extension BudgetMachine {
    // MARK: Operators

    /// Finds the budget that is meant, and gives it another limit for a time.
    ///
    /// - Parameters:
    ///   - app: `nil` where it need not be told.
    ///   - raise: its end lies ahead.
    mutating func raise(
        client: String,
        app: String?,
        api: String,
        to raise: BudgetRaise,
        at now: Timestamp
    ) throws(BudgetRaiseProblem) -> (BudgetStanding, LedgerEntry?) {
        guard let slot = counters.index(forKey: client) else { throw .noBudget }
        bringUpToDate(slot, at: now)
        let meant = counters.values[slot].indices.filter { index in
            let key = counters.values[slot][index].key
            return key.api == api && (app == nil || key.app == app)
        }
        guard let index = meant.first else { throw .noBudget }
        guard meant.count == 1 else { throw .severalApps(meant.map { counters.values[slot][$0].key.app }) }
        let configured = counters.values[slot][index].terms.limit
        guard raise.limit > configured else { throw .tooLow(configured) }
        counters.values[slot][index].raise = raise
        let (key, standing) = (counters.values[slot][index].key, counters.values[slot][index].standing())
        news.append(BudgetNews(.raised, standing))
        return (standing, BudgetFact.raise(key, raise).entry(at: now))
    }

    /// Whether a budget of any client counts such a call.
    func counts(app: String, api: String) -> Bool {
        counters.values.contains { budgets in budgets.contains { $0.key.covers(app: app, api: api) } }
    }

    /// How all budgets of a client stand that may count such a call, or of all clients.
    mutating func standings(
        client: String? = nil,
        app: String? = nil,
        api: String? = nil,
        at now: Timestamp
    ) -> [BudgetStanding] {
        let slots = client.map { [counters.index(forKey: $0)].compactMap(\.self) } ?? Array(counters.indices)
        for slot in slots { bringUpToDate(slot, at: now) }
        return slots.flatMap { counters.values[$0] }
            .filter { $0.key.covers(app: app, api: api) }
            .sorted { $0.key.order < $1.key.order }
            .map { $0.standing() }
    }

    // MARK: The journal

    /// The regular look: ends days and raises, and has written down what was given back.
    mutating func keepHouse(at now: Timestamp) {
        for slot in counters.indices {
            bringUpToDate(slot, at: now)
            for index in counters.values[slot].indices {
                if let mark = counters.values[slot][index].refresh() { marks.append(mark) }
            }
        }
        for (key, counter) in departed where counter.dayEnds <= now {
            departed[key] = nil
            lapsed.insert(.used(key))
        }
        let left = departed.keys.compactMap { departed[$0]?.refresh() }
        marks += left.sorted { $0.key.order < $1.key.order }
        for (key, raise) in unclaimed where raise.until <= now {
            unclaimed[key] = nil
            lapsed.insert(.raise(key))
        }
    }

    mutating func takeMarks() -> [BudgetMark] {
        guard !marks.isEmpty else { return [] }
        defer { marks = [] }
        return marks
    }

    mutating func takeNews() -> [BudgetNews] {
        guard !news.isEmpty else { return [] }
        defer { news = [] }
        return news
    }

    /// What may be erased now. What has come to mean something again stays.
    mutating func takeLapsed() -> [Lapse] {
        guard !lapsed.isEmpty else { return [] }
        defer { lapsed = [] }
        return lapsed.filter(isVoid).sorted { $0.name < $1.name }
    }

    /// These could not be erased.
    mutating func notErased(_ lapses: [Lapse]) { lapsed.formUnion(lapses) }

    private func isVoid(_ lapse: Lapse) -> Bool {
        func counter(_ key: BudgetKey) -> BudgetCounter? { counters[key.client]?.first { $0.key == key } }
        return switch lapse {
        case .used(let key): counter(key) == nil && departed[key] == nil
        case .raise(let key): counter(key)?.raise == nil && unclaimed[key] == nil
        }
    }

    mutating func written(_ marks: [BudgetMark], succeeded: Bool) {
        for mark in marks {
            change(mark.key) { $0.written(mark, succeeded: succeeded) }
        }
    }

    /// The counts as they are, for a process that ends.
    mutating func settle(at now: Timestamp) {
        for slot in counters.indices {
            bringUpToDate(slot, at: now)
            for index in counters.values[slot].indices {
                if let mark = counters.values[slot][index].settle() { marks.append(mark) }
            }
        }
    }
}

extension BudgetMachine.Lapse {
    /// The entry's name.
    var name: String {
        switch self {
        case .used(let key): BudgetFact.usedName(key)
        case .raise(let key): BudgetFact.raiseName(key)
        }
    }
}
