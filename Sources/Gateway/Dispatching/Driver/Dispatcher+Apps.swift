import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat
import WeirPorts

/// What a configuration changes about the apps and robots.
package struct AppChanges: Sendable {
    /// Those that are new, that return, or that have other settings.
    package var arriving: [AppRuntime] = []
    /// The names of those that are not configured any more.
    package var leaving: [String] = []

    package init(arriving: [AppRuntime] = [], leaving: [String] = []) {
        self.arriving = arriving
        self.leaving = leaving
    }
}

extension Dispatcher {
    // MARK: Coming and going

    /// Takes over the limits, classes and rules of a new configuration, and what it changes about the apps, without touching the
    /// others or what waits. It knows every class and app from then on: what names them may follow.
    ///
    /// - Returns: where the arriving apps are, by name.
    package func reload(_ settings: DispatchSettings, _ changes: AppChanges) -> [String: AppSlot] {
        update { state, now in
            state.classes.update(settings)
            state.settings = settings
            state.machine.update(settings.policy(state.classes), at: now)
            return state.take(changes, at: now)
        }
    }

    /// The apps that left and of which nothing is there any more, since this was asked last; none where they are not more than `few`.
    package func takeDepartures(moreThan few: Int = 0) -> [DispatchMachine.Departure] {
        state.withLock { state in
            guard state.departures.count > few else { return [] }
            defer { state.departures = [] }
            return state.departures
        }
    }

    /// The gates of apps.
    package func gates(of names: Set<String>) -> [GateName] {
        state.withLock { state in
            names.compactMap { state.machine.app(named: $0) }
                .flatMap { state.machine.gates(ofApp: $0) }
                .map { state.gateName(ofGate: $0) }
        }
    }
}

extension Dispatcher.State {
    mutating func take(_ changes: AppChanges, at now: Moment) -> [String: AppSlot] {
        // Whose calls are told that their app is not there any more, or is another one.
        var gone: Set<Int> = []
        for name in changes.leaving {
            guard let app = machine.app(named: name), machine.apps[app].isPresent else { continue }
            machine.dismiss(app: app, at: now)
            // Nor does that leave which was about to.
            put(AppRuntime(absent: name, account: apps[app].account), at: app)
            gone.insert(app)
        }
        var slots: [String: AppSlot] = [:]
        for runtime in changes.arriving {
            let (app, isAnother) = arrive(runtime, at: now)
            if isAnother { gone.insert(app) }
            slots[runtime.name] = machine.slot(of: app)
        }
        if !gone.isEmpty { endCalls(of: gone, at: now) }
        let facts = machine.ledger.unclaimedFacts.filter { slots[$0.app] != nil }
        makeLanes(for: facts, at: now)
        return slots
    }

    /// - Returns: its place, and whether it is another account than the one that was there.
    private mutating func arrive(_ runtime: AppRuntime, at now: Moment) -> (app: Int, isAnother: Bool) {
        let needsToken = runtime.keeper != nil
        guard let app = machine.app(named: runtime.name) else {
            let app = machine.addApp(runtime.name, needsToken: needsToken, at: now.instant)
            put(runtime, at: app)
            return (app, false)
        }
        let old = apps[app]
        put(runtime, at: app)
        let isAnother = old.account != runtime.account && !old.account.isEmpty
        if isAnother { machine.renew(app: app, at: now) }
        if !machine.apps[app].isPresent { machine.welcome(app: app, needsToken: needsToken, at: now) }
        machine.update(app: app, host: runtime.origin, at: now) { runtime.limits.limit(for: $0) }
        return (app, isAnother)
    }

    mutating func put(_ runtime: AppRuntime, at index: Int) {
        tokenAnswers[index] = nil
        if index == apps.count { apps.append(runtime) } else { apps[index] = runtime }
    }

    /// Relayed calls that wait for an app are answered at once; those in flight get their answer, and no repeat.
    private mutating func endCalls(of gone: Set<Int>, at now: Moment) {
        for (id, queued) in calls where gone.contains(queued.call.app.index) {
            if case .removed = machine.cancel(id), let queued = removeCall(id) {
                effects.append(.answer(queued.call, .refused(Obstacle(.noApp), last: queued.last)))
            } else {
                machine.makeLast(id, at: now)
            }
        }
    }

    // MARK: What waits

    /// The place of an app of which messages wait; one that is not configured gets a place where they wait for it.
    mutating func placeToWait(app name: String, at now: Moment) -> Int {
        if let app = machine.app(named: name) { return app }
        let app = machine.addApp(name, at: now.instant)
        put(AppRuntime(absent: name), at: app)
        machine.dismiss(app: app, at: now)
        return app
    }

    /// Gives back the places of apps that left and have nothing more.
    mutating func releaseIdleApps(at now: Moment) {
        for departure in machine.releaseIdle(at: now) {
            put(AppRuntime(absent: ""), at: departure.app)
            departures.append(departure)
        }
    }
}
