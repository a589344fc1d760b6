import Logging
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat
import WeirPorts

/// The dispatcher's decisions on their way to the journal's ledger, and back at the next start.
extension Dispatcher {
    // MARK: Writing

    /// Hands to the journal what was decided. Under the lock, so that the order of the writes is that of the decisions.
    func remember(in state: inout State, at now: Moment) {
        let (writes, keys) = state.machine.takeLedgerWrites(at: now)
        guard !writes.isEmpty else { return }
        journal.append(writes) { [self, keys] result in
            switch result {
            case .success: self.state.withLock { $0.machine.ledgerWasWritten() }
            case .failure(let error): notWritten(keys, error)
            }
        }
    }

    /// It holds all the same, and is written when the journal can be.
    private func notWritten(_ keys: Set<DispatchLedger.Key>, _ error: JournalError) {
        update { state, _ in
            state.machine.ledgerWasNotWritten(keys)
            state.machine.journalIsWritable = false
        }
        guard error != .closed, refusals.isNews("ledger", at: time.now()) else { return }
        logger.warning(
            "the journal can't be written: pauses, forced breakers, holds and parks would not outlive the process now",
            metadata: ["error": "\(error.message)"]
        )
    }

    /// Says that decisions found no room in the ledger; once a minute at most.
    func tellOfFullLedger() {
        let refused = state.withLock { $0.machine.ledger.takeRefused() }
        guard refused > 0, refusals.isNews("full ledger", at: time.now()) else { return }
        logger.error(
            "the ledger is full: new pauses, forced breakers, holds and parks end with the process",
            metadata: ["refused": "\(refused)", "entries": "\(LedgerEntry.mostEntries)"]
        )
    }

    /// Whether all that was decided before this call is on disk. Returns when the journal has answered.
    func isWritten() async -> Bool {
        let isSynced = await withCheckedContinuation { continuation in
            journal.append([]) { continuation.resume(returning: (try? $0.get()) != nil) }
        }
        return isSynced && state.withLock { !$0.machine.ledger.isBehind }
    }

    // MARK: Start

    /// Takes back what an earlier process decided. Called once, before any work comes: nothing may leave that must not.
    func takeBack(_ entries: [LedgerEntry]) {
        guard !entries.isEmpty else { return }
        let facts = entries.compactMap(LedgerFact.init)
        let now = time.moment()
        state.withLock { state in
            state.machine.takeBack(facts, foreign: entries.count - facts.count, at: now)
            state.makeLanes(for: facts, at: now, metrics: metrics)
        }
        logger.notice("what was stopped before the restart stays so", metadata: ["decisions": "\(facts.count)"])
        guard facts.count < entries.count else { return }
        let unread = entries.filter { LedgerFact($0) == nil }.prefix(3).map { Dispatcher.printable($0.name) }
        logger.warning(
            "entries of the ledger that this version can't read are left alone",
            metadata: ["entries": "\(entries.count - facts.count)", "such_as": "\(unread.joined(separator: ", "))"]
        )
    }

    /// A name of nobody knows whom.
    private static func printable(_ name: String) -> String {
        String(name.unicodeScalars.prefix(80).map { 0x20..<0x7F ~= $0.value ? Character($0) : "?" })
    }
}

extension Dispatcher.State {
    /// What is closed is there from the start, for `/v1/state`; other lanes are made by their first call.
    mutating func makeLanes(for facts: [LedgerFact], at now: Moment, metrics: GatewayMetrics) {
        for fact in facts where !fact.isOver(at: now.timestamp) {
            guard let app = machine.app(named: fact.app), let api = fact.api(host: apps[app].origin) else { continue }
            _ = lane(app: app, api: api, isDurable: true, at: now.instant, metrics: metrics)
        }
    }
}

extension LedgerFact {
    /// The api of the lane that it is about; `nil` where it is about none, or about a host that is not the app's any
    /// more.
    fileprivate func api(host: String) -> APIDescriptor? {
        switch subject {
        case .app, .path: nil
        case .api(let label, let group): LedgerFact.descriptor(label, group: group)
        case .breaker(let behind, let group, let label):
            behind == host ? LedgerFact.descriptor(label, group: group) : nil
        }
    }

    /// A label that the catalog doesn't have is a path that the configuration limits, `other`, or a robot's.
    private static func descriptor(_ label: String, group: String) -> APIDescriptor? {
        let known = APICatalog.descriptor(method: "POST", path: label)
        if known.label == label, label != APICatalog.otherLabel { return known }
        guard let group = APIGroup(rawValue: group) else { return nil }
        return APIDescriptor(
            label: label,
            group: group,
            repeatability: .never,
            expectsJSON: group == .robot,
            kind: group == .sns ? .sns : .business
        )
    }
}
