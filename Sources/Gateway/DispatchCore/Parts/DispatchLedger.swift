import Timekeeping
package import WeirPorts

/// What the machine keeps beside its state so that decisions outlive the process: what was touched and may have to be
/// written, what the journal was told, and what an earlier process left for apps, lanes and breakers that are not there
/// (yet).
struct DispatchLedger: Sendable {
    /// Something of the machine's whose state the ledger has.
    enum Key: Hashable, Sendable {
        case app(AppPlace)
        case gate(GateID)
        case breaker(BreakerID)
        case path(String, app: AppPlace)
    }

    /// A fact about something that is not there, and when it was read, or when that went: its times are converted as of then.
    struct Unclaimed: Sendable {
        var fact: LedgerFact
        var at: SteadyClock.Present
    }

    /// What may differ from what the journal was told.
    var touched: Set<Key> = []
    /// Of these: what the journal could not write, so that nobody knows what it has. Written whatever it was told.
    var unwritten: Set<Key> = []
    /// What the journal was told, by the entries' names.
    private(set) var told: [String: LedgerFact] = [:]
    /// Entries of this process's or an earlier one's that are waits which time has ended, to be erased.
    private var lapsed: Set<String> = []
    /// Of `told`: what is for something that is not there. It applies as soon as that is made.
    private var unclaimed: [String: Unclaimed] = [:]
    private var unclaimedPaths: [String: [Unclaimed]] = [:]
    /// Entries that this version can't read and leaves alone.
    private(set) var foreign = 0
    /// Decisions that found no room since this was asked last: they hold, but end with the process.
    private var refused = 0
    /// Writes that the journal has not answered yet.
    private var writing = 0

    /// Entries that the journal has, or will have once `lapsed` is erased, which goes before whatever else is written.
    var count: Int { told.count + foreign }

    /// Whether the journal may lack something.
    var isBehind: Bool { !touched.isEmpty || !unwritten.isEmpty }

    var hasLapsed: Bool { !lapsed.isEmpty }

    // MARK: At start

    mutating func take(_ facts: [LedgerFact], foreign: Int, at now: SteadyClock.Present) {
        self.foreign = foreign
        for fact in facts {
            guard !fact.isOver(at: now.wall) else {
                lapsed.insert(fact.name)
                continue
            }
            told[fact.name] = fact
            if case .path = fact.subject {
                unclaimedPaths[fact.app, default: []].append(Unclaimed(fact: fact, at: now))
            } else {
                unclaimed[fact.name] = Unclaimed(fact: fact, at: now)
            }
        }
    }

    /// What was decided about something that has just been made, by an earlier process or before it went.
    mutating func claim(_ name: String) -> Unclaimed? {
        unclaimed.isEmpty ? nil : unclaimed.removeValue(forKey: name)
    }

    mutating func claimPaths(of app: String) -> [Unclaimed] {
        unclaimedPaths.isEmpty ? [] : unclaimedPaths.removeValue(forKey: app) ?? []
    }

    /// What waits for apps, lanes and breakers that are not there, in the order of the names.
    var unclaimedFacts: [LedgerFact] { unclaimed.sorted { $0.key < $1.key }.map { $0.value.fact } }

    // MARK: Departures

    /// Whether the journal has all that was decided, and has said so.
    var isSettled: Bool { !isBehind && writing == 0 }

    /// What these entries are about is gone: what the journal was told waits for its return.
    mutating func handBack(_ names: [String], paths: [String], of app: String, at now: SteadyClock.Present) {
        for name in names {
            if let fact = told[name] { unclaimed[name] = Unclaimed(fact: fact, at: now) }
        }
        for path in paths {
            guard let fact = told[LedgerFact.path(app, path)] else { continue }
            unclaimedPaths[app, default: []].append(Unclaimed(fact: fact, at: now))
        }
    }

    // MARK: Writing

    /// The write after which the journal has `fact` under `name`, or nothing there; `nil` where it was told so already.
    ///
    /// - Parameter isUncertain: whether an earlier write of it failed.
    mutating func write(_ fact: LedgerFact?, as name: String, isUncertain: Bool, at now: Timestamp) -> JournalWrite? {
        let before = told[name]
        guard let fact else {
            guard before != nil || isUncertain else { return nil }
            told[name] = nil
            return .forget(name)
        }
        if let before, !isUncertain, fact.repeats(before) { return nil }
        // Counts leave room for decisions: there are many, and WeChat tells them again.
        let most = fact.isCount ? LedgerEntry.mostEntries / 2 : LedgerEntry.mostEntries
        if before == nil, count >= most {
            // Of counts there are too many for a look at all of them each time.
            if !fact.isCount { dropOver(at: now) }
            guard count < most else {
                if !fact.isCount { refused += 1 }
                return nil
            }
        }
        guard let entry = fact.entry(at: now) else {
            refused += 1
            return nil
        }
        told[name] = fact
        return .remember(entry)
    }

    /// Makes room: what time has ended says nothing any more.
    private mutating func dropOver(at now: Timestamp) {
        for (name, fact) in told where fact.isOver(at: now) {
            told[name] = nil
            lapsed.insert(name)
        }
    }

    /// Writes were handed to the journal, which will answer.
    mutating func beginWriting() {
        writing += 1
    }

    mutating func endWriting() {
        writing -= 1
    }

    mutating func takeRefused() -> Int {
        defer { refused = 0 }
        return refused
    }

    mutating func takeLapsed() -> [JournalWrite] {
        guard !lapsed.isEmpty else { return [] }
        defer { lapsed = [] }
        return lapsed.sorted().map(JournalWrite.forget)
    }
}

/// Writes to the ledger on their way to the journal.
package struct LedgerWrites: Sendable {
    /// What the journal is to write.
    package var all: [JournalWrite] = []
    /// What they are about.
    var keys: Set<DispatchLedger.Key> = []
}
