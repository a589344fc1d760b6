import Queueing
import Resilience
package import Timekeeping
import WeChat
import WeirPorts

/// What outlives the process: pauses, holds, parks and breakers that are not closed or were forced. Here they become
/// entries of the ledger, and here the next process takes them back.
extension DispatchMachine {
    // MARK: Noting

    /// Something that the ledger has may have changed.
    mutating func touched(_ key: DispatchLedger.Key) {
        ledger.touched.insert(key)
        if case .breaker = key { return }
        stops.touched.insert(key)
    }

    /// A breaker has moved by itself.
    mutating func note(_ transition: BreakerTransition, _ breaker: BreakerID, at now: Moment) {
        touched(.breaker(breaker))
        guard transition.to != .closed else {
            breakers[breaker].cause = nil
            return
        }
        // Opened again by a failed probe, it has not been closed since it opened first.
        guard breakers[breaker].cause == nil else { return }
        breakers[breaker].cause = Cause(transition.reason.rawValue, since: now.timestamp)
    }

    /// An operator has forced a breaker, or given it back to its own judgement.
    mutating func noteForced(_ breaker: BreakerID, because why: String, at now: Timestamp) {
        touched(.breaker(breaker))
        if breakers[breaker].circuit.mode != .auto {
            breakers[breaker].cause = Cause(why, since: now)
        } else if breakers[breaker].circuit.state == .closed {
            breakers[breaker].cause = nil
        } else {
            // Open until a probe has succeeded.
            breakers[breaker].cause?.why = BreakerReason.forced.rawValue
        }
    }

    // MARK: Writing

    /// The writes after which the journal has what was decided since this was asked last, and what they are about.
    /// Nothing while the journal can't be written: what was touched stays noted.
    package mutating func takeLedgerWrites(at moment: Moment) -> LedgerWrites {
        guard ledger.isBehind || ledger.hasLapsed, journalIsWritable else { return LedgerWrites() }
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
        return LedgerWrites(all: all, keys: keys)
    }

    /// The journal has what `takeLedgerWrites` gave out.
    package mutating func ledgerWasWritten() {
        ledger.endWriting()
    }

    /// The journal could not write what `takeLedgerWrites` gave out: it is given out again.
    package mutating func ledgerWasNotWritten(_ writes: LedgerWrites) {
        ledger.endWriting()
        ledger.unwritten.formUnion(writes.keys)
    }

    /// Decisions that found no room in the ledger since this was asked last: they hold, but end with the process.
    package mutating func takeRefusedFacts() -> Int { ledger.takeRefused() }

    /// Whether the journal may lack something that was decided.
    package var isLedgerBehind: Bool { ledger.isBehind }

    /// What the ledger should have about something, by the entries' names.
    func facts(about key: DispatchLedger.Key, at now: SteadyClock.Present) -> [(String, LedgerFact?)] {
        switch key {
        case .app(let app): appFacts(apps[app], at: now)
        case .gate(let gate): gateFacts(gates[gate], at: now)
        case .breaker(let breaker): [fact(breakers[breaker])]
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
        let clearings = app.clearings.map { clearings in
            let content = LedgerFact.Content.clearings(clearings.count, monthEnds: clearings.monthEnds)
            let cause = Cause(Cause.byOperator, since: clearings.monthEnds)
            return LedgerFact(app: app.name, subject: .app, content: content, cause: cause)
        }
        return [
            (LedgerFact.pause(app.name), pause), (LedgerFact.hold(app.name), hold),
            (LedgerFact.clearings(app.name), clearings),
        ]
    }

    private func gateFacts(_ gate: LaneGate, at now: SteadyClock.Present) -> [(String, LedgerFact?)] {
        let (app, api) = (apps[gate.app].name, gate.api.label)
        let subject = LedgerFact.Subject.api(api, group: gate.api.group.rawValue)
        let hold = gate.hold.map { DispatchMachine.fact($0, app, subject, at: now) }
        let park = gate.park.flatMap { DispatchMachine.fact($0, app, subject, at: now) }
        return [
            (LedgerFact.hold(app, gate.ledgerName), hold), (LedgerFact.park(app, gate.ledgerName), park),
            (LedgerFact.quota(app, gate.ledgerName), gate.quota.flatMap { DispatchMachine.fact($0, app, subject) }),
        ]
    }

    private func fact(_ breaker: Breaker) -> (String, LedgerFact?) {
        let (key, circuit) = (breaker.key, breaker.circuit)
        let app = apps[key.app].name
        let name = LedgerFact.breaker(app, host: key.host, group: key.group)
        guard circuit.state != .closed || circuit.mode != .auto, let cause = breaker.cause,
            let gate = breaker.firstGate ?? breaker.gates.first
        else { return (name, nil) }
        let subject = LedgerFact.Subject.breaker(host: key.host, group: key.group, api: gates[gate].api.label)
        let content = LedgerFact.Content.breaker(circuit.mode, openings: circuit.openings)
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

    private static func fact(_ quota: QuotaCount, _ app: String, _ subject: LedgerFact.Subject) -> LedgerFact? {
        guard quota.noted > 0 else { return nil }
        let ends = quota.dayEnds
        let content = LedgerFact.Content.quota(used: quota.noted, learnt: quota.learnt?.limit, dayEnds: ends)
        return LedgerFact(
            app: app,
            subject: subject,
            content: content,
            cause: Cause("counted", since: ends + .seconds(-86_400))
        )
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
