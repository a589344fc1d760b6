import Queueing
import Resilience
package import Timekeeping
import WeChat

/// Apps come and go. One that leaves keeps its place for as long as anything of it waits or is in flight, and then gives it back;
/// what was decided about it stays in the ledger, for its return.
extension DispatchMachine {
    // MARK: Coming

    /// Adds an app; its work waits until `setToken` says that there is a token.
    package mutating func addApp(
        _ name: String,
        _ route: AppRoute,
        needsToken: Bool = true,
        at now: Instant
    ) -> AppPlace {
        let budget = RetryBudget(policy.budget, at: now)
        let token = needsToken ? AppToken.missing : .ready
        let app = apps.add(AppGate(name: name, route, stay: nextStay(), token: token, budget: budget), as: name).place
        claim(app)
        return app
    }

    /// What is handed out for an app.
    package func slot(of app: AppPlace) -> AppSlot { AppSlot(app, stay: apps[app].stay) }

    /// Whether the app is still the one that the slot was given out for.
    package func isPresent(_ slot: AppSlot) -> Bool { slot == self.slot(of: slot.place) && isPresent(slot.place) }

    /// Whether an app that has a place is configured.
    package func isPresent(_ app: AppPlace) -> Bool { apps[app].isPresent }

    /// An app that had left is configured again: what waited for it goes on.
    package mutating func welcome(app: AppPlace, needsToken: Bool, at moment: Moment) {
        let now = read(moment)
        apps[app].absentSince = nil
        apps[app].stay = nextStay()
        apps[app].token = needsToken ? .missing : .ready
        apps[app].hasToken = needsToken
        absent.remove(app)
        idle.remove(app)
        changed(app: app, at: now)
    }

    /// Whether an app needs a token has changed: another kind of upstream came under its name.
    package mutating func setNeed(token needsToken: Bool, app: AppPlace, at moment: Moment) {
        guard apps[app].hasToken != needsToken else { return }
        apps[app].hasToken = needsToken
        setToken(needsToken ? .missing : .ready, app: app, at: moment)
    }

    /// An app has another AppID: it is another account. Who used the old one is told so; what WeChat said about it counts no more.
    package mutating func renew(app: AppPlace, at moment: Moment) {
        let now = read(moment)
        apps[app].stay = nextStay()
        apps[app].token = .missing
        apps[app].suspicion = AppSuspicion()
        (apps[app].hasTried, apps[app].failingSince) = (false, nil)
        renewQuotas(of: app, at: now)
        forgetRefusals(of: app, at: now)
        changed(app: app, at: now)
    }

    /// Takes over an app's new limits and hosts. A lane whose host changes gets that host's breaker.
    package mutating func update(app: AppPlace, route: AppRoute, at moment: Moment) {
        let now = read(moment)
        if !keepsDetours(app, on: route) { forgetDetours(of: app) }
        apps[app].route = route
        for gate in gates(of: app) {
            let (api, group) = (gates[gate].api, gates[gate].api.group.rawValue)
            let key = BreakerKey(app: app, host: host(of: app, group), group: group)
            move(gate, to: breaker(key, at: now.instant))
            let limit = DispatchMachine.limit(of: api, route)
            let slowdown = gates[gate].slowdown.map { Slowdown($0, of: limit) }
            gates[gate].setLimit(limit, slowedDown: slowdown, at: now.instant)
            gates[gate].quota?.rule = route.quotas[api.label]
            changed(gate: gate, at: now)
        }
        changed(app: app, at: now)
    }

    mutating func move(_ gate: GateID, to breaker: BreakerID) {
        let old = gates[gate].breaker
        guard old != breaker else { return }
        gates[gate].breaker = breaker
        breakers[old].gates.removeAll { $0 == gate }
        place(gate, behind: breaker)
    }

    // MARK: Going

    /// An app is not configured any more: nothing of it leaves until it returns. What is in flight ends as it would have.
    ///
    /// - Parameter route: for lanes that are made for it meanwhile.
    package mutating func dismiss(app: AppPlace, route: AppRoute, at moment: Moment) {
        let now = read(moment)
        forgetDetours(of: app)
        apps[app].route = route
        apps[app].absentSince = now.wall
        apps[app].token = .missing
        apps[app].suspicion = AppSuspicion()
        (apps[app].hasTried, apps[app].failingSince) = (false, nil)
        absent.insert(app)
        idle.insert(app)
        changed(app: app, at: now)
    }

    /// Something of an app has ended: one that left may have nothing more.
    mutating func hasEnded(app: AppPlace) {
        if !apps[app].isPresent { idle.insert(app) }
    }

    /// Takes back the places of apps that left and of which nothing waits or is in flight.
    ///
    /// None while the journal may lack something that was decided: it is known by its place until it is written.
    package mutating func releaseIdle(at moment: Moment) -> [DepartedApp] {
        guard !idle.isEmpty, ledger.isSettled, !queue.hasLapsed else { return [] }
        defer { idle.removeAll() }
        let gone = idle.sorted { $0.index < $1.index }.filter { !hasWork(app: $0) }
        return gone.map { release($0, at: clock.present(moment)) }
    }

    /// Messages and calls of an app, waiting or in flight.
    private func hasWork(app: AppPlace) -> Bool {
        apps[app].breakers.contains { breaker in
            let isInFlight = [false, true].contains { breakers[breaker].inFlight(isDurable: $0) > 0 }
            return isInFlight || breakers[breaker].gates.contains { hasWork($0) }
        }
    }

    /// Messages and calls behind a gate, waiting or in flight.
    private func hasWork(_ gate: GateID) -> Bool {
        [false, true].contains { queue.counts(in: gate.lane(isDurable: $0)).total > 0 }
    }

    /// The gates of an app, by its breakers.
    func gates(of app: AppPlace) -> [GateID] { apps[app].breakers.flatMap { breakers[$0].gates } }

    /// Messages that wait for an app.
    func messagesWaiting(app: AppPlace) -> Int {
        gates(of: app).reduce(0) { $0 + queue.count(in: $1.lane(isDurable: true)) }
    }

    private mutating func release(_ app: AppPlace, at now: SteadyClock.Present) -> DepartedApp {
        let name = apps[app].name
        let names = apps[app].breakers.map { self.name($0) }
        handBack(app, at: now)
        for breaker in apps[app].breakers {
            for gate in breakers[breaker].gates { release(gate) }
            release(breaker)
        }
        absent.remove(app)
        apps.remove(name)
        return DepartedApp(place: app, name: name, breakers: names)
    }

    private mutating func release(_ gate: GateID) {
        for isDurable in [false, true] {
            let lane = gate.lane(isDurable: isDurable)
            sleepers.remove(.lane(lane))
            sleepers.remove(.lower(lane))
            queue.setOpen(true, lane)
            queue.setLowerOpen(true, lane)
            queue.leaveGroup(lane)
            ledgers.forget(lane: lane)
            queue.forgetPromises(of: lane)
        }
        gates.remove(gates[gate].key)
    }

    private mutating func release(_ breaker: BreakerID) {
        for isDurable in [false, true] {
            for isReserved in [false, true] {
                let section = Sleepers.Section(group: breaker.group(isDurable: isDurable), isReserved: isReserved)
                sleepers.remove(.section(section))
                for priority in section.priorities { queue.setOpen(true, group: section.group, priority) }
                ledgers.forget(section: section)
            }
        }
        breakers.remove(breakers[breaker].key)
    }
}
