import Queueing
import Resilience
package import Timekeeping
import WeChat

/// Apps come and go. One that leaves keeps its place for as long as anything of it waits or is in flight, and then gives it back;
/// what was decided about it stays in the ledger, for its return.
extension DispatchMachine {
    /// What left with an app.
    package struct Departure: Equatable, Sendable {
        package var app: Int
        package var name: String
        /// The names of its breakers.
        package var breakers: [String] = []
    }

    // MARK: Coming

    /// Adds an app; its work waits until `setToken` says that there is a token.
    package mutating func addApp(_ name: String, needsToken: Bool = true, at now: Instant) -> Int {
        let index = freeApps.popLast() ?? apps.count
        let budget = RetryBudget(policy.budget, at: now)
        var gate = AppGate(name: name, token: needsToken ? .missing : .ready, budget: budget)
        if index == apps.count {
            apps.append(gate)
            breakersOfApp.append([])
        } else {
            gate.stay = apps[index].stay + 1
            apps[index] = gate
        }
        appIndex[name] = index
        claim(app: index)
        return index
    }

    /// The place of an app that is configured, or of one that left while work of it waits.
    func app(named name: String) -> Int? { appIndex[name] }

    func slot(of app: Int) -> AppSlot { AppSlot(index: app, stay: apps[app].stay) }

    /// Whether the app is still the one that the slot was given out for.
    func isPresent(_ slot: AppSlot) -> Bool {
        apps[slot.index].stay == slot.stay && apps[slot.index].isPresent
    }

    /// An app that had left is configured again: what waited for it goes on.
    mutating func welcome(app: Int, needsToken: Bool, at moment: Moment) {
        let now = read(moment)
        apps[app].absentSince = nil
        apps[app].stay += 1
        apps[app].token = needsToken ? .missing : .ready
        absent.remove(app)
        idle.remove(app)
        changed(app: app, at: now)
    }

    /// An app has another AppID: it is another account. Who used the old one is told so; what WeChat said about it counts no more.
    mutating func renew(app: Int, at moment: Moment) {
        let now = read(moment)
        apps[app].stay += 1
        apps[app].token = .missing
        apps[app].suspicion = AppSuspicion()
        forgetRefusals(app: app, at: now)
        changed(app: app, at: now)
    }

    // MARK: Going

    /// An app is not configured any more: nothing of it leaves until it returns. What is in flight ends as it would have.
    mutating func dismiss(app: Int, at moment: Moment) {
        let now = read(moment)
        apps[app].absentSince = now.wall
        apps[app].token = .missing
        apps[app].suspicion = AppSuspicion()
        absent.insert(app)
        idle.insert(app)
        changed(app: app, at: now)
    }

    /// Something of an app has ended: one that left may have nothing more.
    mutating func hasEnded(app: Int) {
        if !apps[app].isPresent { idle.insert(app) }
    }

    /// Takes back the places of apps that left and of which nothing waits or is in flight.
    ///
    /// None while the journal may lack something that was decided: it is known by its place until it is written.
    mutating func releaseIdle(at moment: Moment) -> [Departure] {
        guard !idle.isEmpty, ledger.isSettled, !queue.hasLapsed else { return [] }
        defer { idle.removeAll() }
        return idle.sorted().filter { !hasWork(app: $0) }.map { release(app: $0, at: clock.present(moment)) }
    }

    /// Messages and calls of an app, waiting or in flight.
    private func hasWork(app: Int) -> Bool {
        breakersOfApp[app].contains { breaker in
            let isInFlight = [false, true].contains { inFlightByShare[share(of: breaker, isDurable: $0)] > 0 }
            return isInFlight || gatesOfBreaker[breaker].contains { total(inGate: $0) > 0 }
        }
    }

    /// Messages and calls behind a gate, waiting or in flight.
    private func total(inGate index: Int) -> Int {
        [false, true].reduce(0) {
            $0 + queue.counts(in: DispatchMachine.lane(ofGate: index, isDurable: $1)).total
        }
    }

    /// The gates of an app, by their places.
    func gates(ofApp app: Int) -> [Int] { breakersOfApp[app].flatMap { gatesOfBreaker[$0] } }

    /// Messages that wait for an app.
    func messagesWaiting(app: Int) -> Int {
        gates(ofApp: app)
            .reduce(0) { $0 + queue.count(in: DispatchMachine.lane(ofGate: $1, isDurable: true)) }
    }

    private mutating func release(app: Int, at now: SteadyClock.Present) -> Departure {
        var departure = Departure(app: app, name: apps[app].name)
        handBack(app: app, at: now)
        for breaker in breakersOfApp[app] {
            for gate in gatesOfBreaker[breaker] { release(gate: gate) }
            departure.breakers.append(breakerKeys[breaker].name(app: departure.name))
            release(breaker: breaker, at: now.instant)
        }
        breakersOfApp[app] = []
        appIndex[apps[app].name] = nil
        absent.remove(app)
        apps[app].isVacant = true
        freeApps.append(app)
        return departure
    }

    private mutating func release(gate index: Int) {
        let gate = gates[index]
        gateIndex[GateKey(app: gate.app, api: gate.api.label, group: gate.api.group.rawValue)] = nil
        for isDurable in [false, true] {
            let lane = DispatchMachine.lane(ofGate: index, isDurable: isDurable)
            sleepers.remove(.lane(lane))
            queue.setOpen(true, lane)
            queue.leaveGroup(lane)
            ledgers.forget(lane: lane)
        }
        gates[index].vacate()
        freeGates.append(index)
    }

    private mutating func release(breaker index: Int, at now: Instant) {
        breakerIndex[breakerKeys[index]] = nil
        for isDurable in [false, true] {
            for isReserved in [false, true] {
                let group = share(of: index, isDurable: isDurable)
                let section = Sleepers.Section(group: group, isReserved: isReserved)
                sleepers.remove(.section(section))
                for priority in section.priorities { queue.setOpen(true, group: group, priority) }
                ledgers.forget(section: section)
            }
        }
        breakers[index] = CircuitBreakerMachine(policy.breaker, at: now)
        gatesOfBreaker[index] = []
        ledger.breakerCauses[index] = nil
        ledger.gateOfBreaker[index] = nil
        freeBreakers.append(index)
    }
}
