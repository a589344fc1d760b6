import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat
package import WeirPorts

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
        observer.observe(.ledgerNotWritten(error))
    }

    /// Says that decisions found no room in the ledger.
    package func tellOfFullLedger() {
        let refused = state.withLock { $0.machine.ledger.takeRefused() }
        if refused > 0 { observer.observe(.ledgerFull(refused: refused)) }
    }

    /// Whether all that was decided before this call is on disk. Returns when the journal has answered.
    package func isWritten() async -> Bool {
        let isSynced = await withCheckedContinuation { continuation in
            journal.append([]) { continuation.resume(returning: (try? $0.get()) != nil) }
        }
        return isSynced && state.withLock { !$0.machine.ledger.isBehind }
    }

    // MARK: Start

    /// Takes back what an earlier process decided. Called once, before any work comes: nothing may leave that must not.
    package func takeBack(_ entries: [LedgerEntry]) {
        guard !entries.isEmpty else { return }
        let facts = entries.compactMap(LedgerFact.init)
        prepare { state, now in
            state.machine.takeBack(facts, foreign: entries.count - facts.count, at: now)
            state.makeLanes(for: facts, at: now)
        }
        let unread = entries.filter { LedgerFact($0) == nil }.map(\.name)
        observer.observe(.ledgerRead(facts: facts.count, unread: unread))
    }
}

extension Dispatcher.State {
    /// What is closed is there from the start, for `/v1/state`; other lanes are made by their first call.
    mutating func makeLanes(for facts: [LedgerFact], at now: Moment) {
        for fact in facts where !fact.isOver(at: now.timestamp) {
            guard let app = machine.app(named: fact.app), let api = fact.api(host: apps[app].origin) else { continue }
            _ = lane(app: app, api: api, isDurable: true, at: now.instant)
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
