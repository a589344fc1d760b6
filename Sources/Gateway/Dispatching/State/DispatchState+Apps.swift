import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

extension DispatchState {
    // MARK: Coming and going

    /// - Returns: where the arriving apps are, by name.
    mutating func take(_ changes: AppChanges, at now: Moment) -> [String: AppSlot] {
        // Whose calls are told that their app is not there any more, or is another one.
        var gone: Set<AppPlace> = []
        for name in changes.leaving {
            guard let app = machine.presentApp(named: name) else { continue }
            // Nor does that leave which was about to.
            leave(AppRuntime(absent: name, account: apps[app].account), app, at: now)
            gone.insert(app)
        }
        var arrived: [String: AppPlace] = [:]
        for runtime in changes.arriving {
            let (app, isAnother) = arrive(runtime, at: now)
            if isAnother { gone.insert(app) }
            arrived[runtime.name] = app
        }
        if !gone.isEmpty { endCalls(of: gone, at: now) }
        machine.makeLanes(of: Set(arrived.values), at: now)
        return arrived.mapValues { machine.slot(of: $0) }
    }

    /// - Returns: its place, and whether it is another account than the one that was there.
    private mutating func arrive(_ runtime: AppRuntime, at now: Moment) -> (app: AppPlace, isAnother: Bool) {
        let needsToken = runtime.keeper != nil
        guard let app = machine.app(named: runtime.name) else {
            let app = machine.addApp(runtime.name, runtime.route, needsToken: needsToken, at: now.instant)
            apps.put(runtime, at: app)
            machine.setQuiet(runtime.quiet, app: app, at: now)
            return (app, false)
        }
        let old = apps[app]
        apps.put(runtime, at: app)
        let isAnother = old.account != runtime.account && !old.account.isEmpty
        if isAnother { machine.renew(app: app, at: now) }
        if !machine.isPresent(app) { machine.welcome(app: app, needsToken: needsToken, at: now) }
        machine.setNeed(token: needsToken, app: app, at: now)
        machine.update(app: app, route: runtime.route, at: now)
        machine.setQuiet(runtime.quiet, app: app, at: now)
        return (app, isAnother)
    }

    private mutating func leave(_ absent: AppRuntime, _ app: AppPlace, at now: Moment) {
        machine.dismiss(app: app, route: absent.route, at: now)
        machine.setQuiet(nil, app: app, at: now)
        apps.put(absent, at: app)
    }

    /// Relayed calls that wait for an app are answered at once; those in flight get their answer, and no repeat.
    private mutating func endCalls(of gone: Set<AppPlace>, at now: Moment) {
        for (id, queued) in calls where gone.contains(queued.call.app.place) {
            if case .removed = machine.cancel(id) {
                endCall(id, obstacle: Obstacle(.noApp))
            } else {
                machine.makeLast(id, at: now)
            }
        }
    }

    /// The place of an app of which messages wait; one that is not configured gets a place where they wait for it.
    mutating func placeToWait(app name: String, at now: Moment) -> AppPlace {
        if let app = machine.app(named: name) { return app }
        let absent = AppRuntime(absent: name)
        let app = machine.addApp(name, absent.route, at: now.instant)
        leave(absent, app, at: now)
        return app
    }

    /// Gives back the places of apps that left and have nothing more.
    mutating func releaseIdleApps(at now: Moment) {
        for app in machine.releaseIdle(at: now) {
            apps.put(AppRuntime(absent: ""), at: app.place)
            departed.append(app)
        }
    }

    // MARK: Tokens

    /// Asks the keeper whether the app has a token.
    mutating func refreshToken(of app: AppPlace, at now: Moment) {
        guard let keeper = apps[app].keeper else { return }
        machine.setToken(keeper.presentState(), app: app, at: now)
    }

    /// The same after the keeper has said that something changed; what waits for the answer to a token request goes on with it.
    mutating func tokenChanged(_ slot: AppSlot, at now: Moment) {
        guard machine.isPresent(slot) else { return }
        refreshToken(of: slot.place, at: now)
        guard apps.hasNewAnswer(slot.place) else { return }
        machine.tokenWasFetched(app: slot.place, at: now)
        guard let hasSucceeded = apps[slot.place].keeper?.gotThrough else { return }
        machine.gotThrough(hasSucceeded, app: slot.place, at: now.timestamp)
    }

    /// WeChat rejected a token. Under the lock: nobody may take it for the repeat.
    mutating func rejected(_ token: AccessToken, of app: AppPlace, at now: Moment) {
        guard let keeper = apps[app].keeper else { return }
        keeper.reject(token, isProven: machine.isTokenProven(app: app, at: now.instant))
        machine.setToken(keeper.presentState(), app: app, at: now)
        due.events.append(.token(.rejected, app: apps[app].name))
    }
}
