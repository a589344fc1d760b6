import Timekeeping
import WeirPorts

/// What the machine keeps beside its state so that decisions outlive the process: what was touched and may have to be
/// written, what the journal was told, and what an earlier process left for apps, lanes and breakers that are not there
/// (yet).
struct DispatchLedger: Sendable {
    /// Something of the machine's whose state the ledger has.
    enum Key: Hashable, Sendable {
        case app(Int)
        case gate(Int)
        case breaker(Int)
        case path(String, app: Int)
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
    private var unclaimed: [String: LedgerFact] = [:]
    private var unclaimedPaths: [String: [LedgerFact]] = [:]
    /// Entries that this version can't read and leaves alone.
    private(set) var foreign = 0
    /// Decisions that found no room since this was asked last: they hold, but end with the process.
    private var refused = 0
    /// When the ledger was read: the times in it are converted as of then.
    private(set) var readAt: SteadyClock.Present?
    /// Why a breaker that is not closed, or was forced, is so.
    var breakerCauses: [Int: Cause] = [:]
    /// A lane behind each breaker.
    var gateOfBreaker: [Int: Int] = [:]

    /// Entries that the journal has, or will have once `lapsed` is erased, which goes before whatever else is written.
    var count: Int { told.count + foreign }

    /// Whether the journal may lack something.
    var isBehind: Bool { !touched.isEmpty || !unwritten.isEmpty }

    var hasLapsed: Bool { !lapsed.isEmpty }

    // MARK: At start

    mutating func take(_ facts: [LedgerFact], foreign: Int, at now: SteadyClock.Present) {
        readAt = now
        self.foreign = foreign
        for fact in facts {
            guard !fact.isOver(at: now.wall) else {
                lapsed.insert(fact.name)
                continue
            }
            told[fact.name] = fact
            if case .path = fact.subject {
                unclaimedPaths[fact.app, default: []].append(fact)
            } else {
                unclaimed[fact.name] = fact
            }
        }
    }

    /// What an earlier process decided about something that has just been made.
    mutating func claim(_ name: String) -> LedgerFact? {
        unclaimed.isEmpty ? nil : unclaimed.removeValue(forKey: name)
    }

    mutating func claimPaths(of app: String) -> [LedgerFact] {
        unclaimedPaths.isEmpty ? [] : unclaimedPaths.removeValue(forKey: app) ?? []
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
        if before == nil, count >= LedgerEntry.mostEntries {
            dropOver(at: now)
            guard count < LedgerEntry.mostEntries else {
                refused += 1
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
