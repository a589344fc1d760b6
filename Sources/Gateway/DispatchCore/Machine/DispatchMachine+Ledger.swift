import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

/// What outlives the process: pauses, holds, parks and breakers that are not closed or were forced. Here they become
/// entries of the ledger, and here the next process takes them back.
extension DispatchMachine {
    // MARK: Noting

    /// Something that the ledger has may have changed.
    mutating func touched(_ key: DispatchLedger.Key) {
        ledger.touched.insert(key)
    }

    /// A breaker has moved by itself.
    mutating func note(_ transition: BreakerTransition, breaker: Int, at now: Moment) {
        touched(.breaker(breaker))
        guard transition.to != .closed else {
            ledger.breakerCauses[breaker] = nil
            return
        }
        // Opened again by a failed probe, it has not been closed since it opened first.
        guard ledger.breakerCauses[breaker] == nil else { return }
        ledger.breakerCauses[breaker] = Cause(transition.reason.rawValue, since: now.timestamp)
    }

    /// An operator has forced a breaker, or given it back to its own judgement.
    mutating func noteForced(_ breaker: Int, because why: String, at now: Timestamp) {
        touched(.breaker(breaker))
        let machine = breakers[breaker]
        if machine.mode != .auto {
            ledger.breakerCauses[breaker] = Cause(why, since: now)
        } else if machine.state == .closed {
            ledger.breakerCauses[breaker] = nil
        } else {
            // Open until a probe has succeeded.
            ledger.breakerCauses[breaker]?.why = BreakerReason.forced.rawValue
        }
    }

    // MARK: Writing

    /// The writes after which the journal has what was decided since this was asked last, and what they are about.
    /// Nothing while the journal can't be written: what was touched stays noted.
    mutating func takeLedgerWrites(at moment: Moment) -> (writes: [JournalWrite], keys: Set<DispatchLedger.Key>) {
        guard ledger.isBehind || ledger.hasLapsed, journalIsWritable else { return ([], []) }
        let now = clock.present(moment)
        let keys = ledger.touched.union(ledger.unwritten)
        var writes: [(name: String, write: JournalWrite)] = []
        for key in keys {
            for (name, fact) in facts(about: key, at: now) {
                let isUncertain = ledger.unwritten.contains(key)
                let write = ledger.write(fact, as: name, isUncertain: isUncertain, at: now.wall)
                if let write { writes.append((name, write)) }
            }
        }
        ledger.touched = []
        ledger.unwritten = []
        // They are about different names: any order will do, but let it be the same each time.
        writes.sort { $0.name < $1.name }
        let all = ledger.takeLapsed() + writes.map(\.write)
        if !all.isEmpty { ledger.beginWriting() }
        return (all, keys)
    }

    /// The journal has what `takeLedgerWrites` gave out.
    mutating func ledgerWasWritten() {
        ledger.endWriting()
    }

    /// The journal could not write what `takeLedgerWrites` gave out: it is given out again.
    mutating func ledgerWasNotWritten(_ keys: Set<DispatchLedger.Key>) {
        ledger.endWriting()
        ledger.unwritten.formUnion(keys)
    }

    /// What the ledger should have about something, by the entries' names.
    private func facts(about key: DispatchLedger.Key, at now: SteadyClock.Present) -> [(String, LedgerFact?)] {
        switch key {
        case .app(let index): appFacts(apps[index], at: now)
        case .gate(let index): gateFacts(gates[index], at: now)
        case .breaker(let index): [breakerFact(index)]
        case .path(let path, let app):
            [
                (
                    LedgerFact.path(apps[app].name, path),
                    pathParks.park(of: path, app: app).flatMap {
                        DispatchMachine.fact($0, apps[app].name, .path(path), at: now)
                    }
                )
            ]
        }
    }

    private func appFacts(_ app: AppGate, at now: SteadyClock.Present) -> [(String, LedgerFact?)] {
        let pause = app.pause.map { LedgerFact(app: app.name, subject: .app, content: .pause, cause: $0) }
        let hold = app.hold.map { DispatchMachine.fact($0, app.name, .app, at: now) }
        return [(LedgerFact.pause(app.name), pause), (LedgerFact.hold(app.name), hold)]
    }

    private func gateFacts(_ gate: LaneGate, at now: SteadyClock.Present) -> [(String, LedgerFact?)] {
        let (app, api) = (apps[gate.app].name, gate.api.label)
        let subject = LedgerFact.Subject.api(api, group: gate.api.group.rawValue)
        let hold = gate.hold.map { DispatchMachine.fact($0, app, subject, at: now) }
        let park = gate.park.flatMap { DispatchMachine.fact($0, app, subject, at: now) }
        return [(LedgerFact.hold(app, gate.ledgerName), hold), (LedgerFact.park(app, gate.ledgerName), park)]
    }

    private func breakerFact(_ index: Int) -> (String, LedgerFact?) {
        let (key, breaker) = (breakerKeys[index], breakers[index])
        let app = apps[key.app].name
        let name = LedgerFact.breaker(app, host: key.host, group: key.group)
        guard breaker.state != .closed || breaker.mode != .auto, let cause = ledger.breakerCauses[index],
            let gate = ledger.gateOfBreaker[index] ?? gatesOfBreaker[index].first
        else { return (name, nil) }
        let subject = LedgerFact.Subject.breaker(host: key.host, group: key.group, api: gates[gate].api.label)
        let content = LedgerFact.Content.breaker(breaker.mode, openings: breaker.openings)
        return (name, LedgerFact(app: app, subject: subject, content: content, cause: cause))
    }

    private static func fact(
        _ hold: Hold,
        _ app: String,
        _ subject: LedgerFact.Subject,
        at now: SteadyClock.Present
    ) -> LedgerFact {
        let until = now.wall(at: hold.until)
        let content = LedgerFact.Content.hold(hold.reason, until: until, interval: hold.interval)
        return LedgerFact(app: app, subject: subject, content: content, cause: hold.cause)
    }

    private static func fact(
        _ park: Park,
        _ app: String,
        _ subject: LedgerFact.Subject,
        at now: SteadyClock.Present
    ) -> LedgerFact? {
        guard !park.isOver(at: now) else { return nil }
        let until = park.end.until(at: now)
        let content = LedgerFact.Content.park(park.obstacle, until: until, byWallClock: park.end.isByWallClock)
        return LedgerFact(app: app, subject: subject, content: content, cause: park.cause)
    }
}

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
