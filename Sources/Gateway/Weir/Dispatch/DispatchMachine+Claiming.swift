import Resilience
import Timekeeping
import WeChat
import WeirPorts

/// What an earlier process decided, taken back from the ledger. It applies to what is there at once, and to what is
/// made later, such as an app that returns by a reload, when it is made.
extension DispatchMachine {
    /// Called once, before any work comes.
    ///
    /// - Parameter foreign: how many entries are there besides, which this version can't read.
    mutating func takeBack(_ facts: [LedgerFact], foreign: Int, at moment: Moment) {
        ledger.take(facts, foreign: foreign, at: read(moment))
        for index in apps.indices { claim(app: index) }
        for index in gates.indices { claim(gate: index) }
        for index in breakers.indices { claim(breaker: index, at: moment.instant) }
    }

    mutating func claim(app index: Int) {
        guard let read = ledger.readAt else { return }
        let name = apps[index].name
        if let pause = ledger.claim(LedgerFact.pause(name)) { apps[index].pause = pause.cause }
        if let hold = ledger.claim(LedgerFact.hold(name)) { apps[index].hold = hold.hold(at: read) }
        for fact in ledger.claimPaths(of: name) {
            guard case .path(let path) = fact.subject, let park = fact.park(at: read) else { continue }
            if let oldest = pathParks.park(path, app: index, park) { touched(.path(oldest.path, app: oldest.app)) }
        }
    }

    mutating func claim(gate index: Int) {
        let gate = gates[index]
        if ledger.gateOfBreaker[gate.breaker] == nil { ledger.gateOfBreaker[gate.breaker] = index }
        guard let read = ledger.readAt else { return }
        let (app, api) = (apps[gate.app].name, gate.ledgerName)
        if let hold = ledger.claim(LedgerFact.hold(app, api)) { gates[index].hold = hold.hold(at: read) }
        if let park = ledger.claim(LedgerFact.park(app, api)) { gates[index].park = park.park(at: read) }
    }

    /// A breaker that had opened by itself comes back half-open: nobody knows how the upstream has been meanwhile, a
    /// few probes cost little, and if they fail it opens for as long as it would have next.
    mutating func claim(breaker index: Int, at now: Instant) {
        guard ledger.readAt != nil else { return }
        let key = breakerKeys[index]
        let name = LedgerFact.breaker(apps[key.app].name, host: key.host, group: key.group)
        guard let fact = ledger.claim(name), case .breaker(let mode, let openings) = fact.content else { return }
        ledger.breakerCauses[index] = fact.cause
        switch mode {
        case .auto: breakers[index].reopen(after: openings, at: now)
        case .open, .close: _ = breakers[index].force(mode, at: now)
        }
    }
}
