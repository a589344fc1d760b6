import Queueing
import Resilience
package import Timekeeping
import WeChat
package import WeirPorts

/// What an earlier process decided, taken back from the ledger. It applies to what is there at once, and to what is
/// made later, such as an app that returns by a reload, when it is made.
extension DispatchMachine {
    /// Called once, before any work comes.
    ///
    /// - Returns: how many decisions there are, without mere counts, and the names of entries that this version can't read.
    package mutating func takeBack(_ entries: [LedgerEntry], at moment: Moment) -> (facts: Int, unread: [String]) {
        var (facts, unread) = ([LedgerFact](), [String]())
        for entry in entries {
            if let fact = LedgerFact(entry) { facts.append(fact) } else { unread.append(entry.name) }
        }
        let now = read(moment)
        ledger.take(facts, foreign: unread.count, at: now)
        for app in apps.taken { claim(app) }
        for gate in gates.taken { claim(gate) }
        for breaker in breakers.taken { claim(breaker, at: moment.instant) }
        for fact in facts { makeLane(for: fact, at: now) }
        return (facts.count { !$0.isCount }, unread)
    }

    /// What is closed is there from the start, for `/v1/state`: the lanes of apps that have just come, about which facts wait. Other
    /// lanes are made by their first call.
    package mutating func makeLanes(of apps: Set<AppPlace>, at moment: Moment) {
        for fact in ledger.unclaimedFacts {
            guard let app = app(named: fact.app), apps.contains(app) else { continue }
            makeLane(for: fact, at: clock.present(moment))
        }
    }

    private mutating func makeLane(for fact: LedgerFact, at now: SteadyClock.Present) {
        guard !fact.isOver(at: now.wall), let app = app(named: fact.app), let api = fact.api(host: apps[app].route.host)
        else { return }
        _ = lane(api, of: app, isDurable: true, at: now.instant)
    }

    // MARK: Claims

    mutating func claim(_ app: AppPlace) {
        let name = apps[app].name
        if let pause = ledger.claim(LedgerFact.pause(name)) { apps[app].pause = pause.fact.cause }
        if let hold = ledger.claim(LedgerFact.hold(name)) {
            apps[app].hold = hold.fact.hold(at: hold.at)
            stops.know(hold.fact)
        }
        if let fact = ledger.claim(LedgerFact.clearings(name))?.fact,
            case .clearings(let count, let monthEnds) = fact.content
        {
            apps[app].clearings = QuotaClearings(count: count, monthEnds: monthEnds)
        }
        for entry in ledger.claimPaths(of: name) {
            guard case .path(let path) = entry.fact.subject, let park = entry.fact.park(at: entry.at) else { continue }
            if let oldest = pathParks.park(path, app: app, park) { touched(.path(oldest.path, app: oldest.app)) }
            stops.know(entry.fact)
        }
    }

    mutating func claim(_ gate: GateID) {
        let breaker = gates[gate].breaker
        if breakers[breaker].firstGate == nil { breakers[breaker].firstGate = gate }
        let (app, api) = (apps[gates[gate].app].name, gates[gate].ledgerName)
        if let hold = ledger.claim(LedgerFact.hold(app, api)) {
            gates[gate].hold = hold.fact.hold(at: hold.at)
            stops.know(hold.fact)
        }
        if let park = ledger.claim(LedgerFact.park(app, api)) {
            gates[gate].park = park.fact.park(at: park.at)
            if let parked = gates[gate].park, parked.obstacle == .quotaExhausted {
                gates[gate].release = QuotaRelease(from: parked.end.until(at: park.at))
            }
            stops.know(park.fact)
        }
        guard let quota = ledger.claim(LedgerFact.quota(app, api)), let count = gates[gate].quota,
            case .quota(let used, let learnt, let dayEnds) = quota.fact.content
        else { return }
        gates[gate].quota = QuotaCount(count, used: used, learnt: learnt, dayEnds: dayEnds)
    }

    /// A breaker that had opened by itself comes back half-open: nobody knows how the upstream has been meanwhile, a
    /// few probes cost little, and if they fail it opens for as long as it would have next.
    mutating func claim(_ breaker: BreakerID, at now: Instant) {
        let key = breakers[breaker].key
        let name = LedgerFact.breaker(apps[key.app].name, host: key.host, group: key.group)
        guard let fact = ledger.claim(name)?.fact, case .breaker(let mode, let openings) = fact.content else { return }
        breakers[breaker].cause = fact.cause
        switch mode {
        case .auto: breakers[breaker].circuit.reopen(after: openings, at: now)
        case .open, .close: _ = breakers[breaker].circuit.force(mode, at: now)
        }
    }

    /// An app goes: what the journal was told of it applies again when it returns.
    mutating func handBack(_ app: AppPlace, at now: SteadyClock.Present) {
        let name = apps[app].name
        var names = [LedgerFact.pause(name), LedgerFact.hold(name), LedgerFact.clearings(name)]
        for breaker in apps[app].breakers {
            let key = breakers[breaker].key
            names.append(LedgerFact.breaker(name, host: key.host, group: key.group))
            for gate in breakers[breaker].gates {
                let api = gates[gate].ledgerName
                names += [LedgerFact.hold(name, api), LedgerFact.park(name, api), LedgerFact.quota(name, api)]
            }
        }
        let paths = pathParks.clear(app: app)
        ledger.handBack(names, paths: paths, of: name, at: now)
        stops.forget(names + paths.map { LedgerFact.path(name, $0) })
    }
}
