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
        let name = apps[index].name
        if let pause = ledger.claim(LedgerFact.pause(name)) { apps[index].pause = pause.fact.cause }
        if let hold = ledger.claim(LedgerFact.hold(name)) { apps[index].hold = hold.fact.hold(at: hold.at) }
        for entry in ledger.claimPaths(of: name) {
            guard case .path(let path) = entry.fact.subject, let park = entry.fact.park(at: entry.at) else { continue }
            if let oldest = pathParks.park(path, app: index, park) { touched(.path(oldest.path, app: oldest.app)) }
        }
    }

    mutating func claim(gate index: Int) {
        let gate = gates[index]
        if ledger.gateOfBreaker[gate.breaker] == nil { ledger.gateOfBreaker[gate.breaker] = index }
        let (app, api) = (apps[gate.app].name, gate.ledgerName)
        if let hold = ledger.claim(LedgerFact.hold(app, api)) { gates[index].hold = hold.fact.hold(at: hold.at) }
        if let park = ledger.claim(LedgerFact.park(app, api)) { gates[index].park = park.fact.park(at: park.at) }
    }

    /// A breaker that had opened by itself comes back half-open: nobody knows how the upstream has been meanwhile, a
    /// few probes cost little, and if they fail it opens for as long as it would have next.
    mutating func claim(breaker index: Int, at now: Instant) {
        let key = breakerKeys[index]
        let name = LedgerFact.breaker(apps[key.app].name, host: key.host, group: key.group)
        guard let fact = ledger.claim(name)?.fact, case .breaker(let mode, let openings) = fact.content else { return }
        ledger.breakerCauses[index] = fact.cause
        switch mode {
        case .auto: breakers[index].reopen(after: openings, at: now)
        case .open, .close: _ = breakers[index].force(mode, at: now)
        }
    }

    /// An app goes: what the journal was told of it applies again when it returns.
    mutating func handBack(app index: Int, at now: SteadyClock.Present) {
        let name = apps[index].name
        var names = [LedgerFact.pause(name), LedgerFact.hold(name)]
        for breaker in breakersOfApp[index] {
            let key = breakerKeys[breaker]
            names.append(LedgerFact.breaker(name, host: key.host, group: key.group))
            for gate in gatesOfBreaker[breaker] {
                let api = gates[gate].ledgerName
                names += [LedgerFact.hold(name, api), LedgerFact.park(name, api)]
            }
        }
        ledger.handBack(names, paths: pathParks.clear(app: index), of: name, at: now)
    }
}
