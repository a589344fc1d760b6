import Queueing
import Synchronization
import Timekeeping

/// The configured apps: the keeper of each one's token, and where the dispatcher keeps it. Takes over what a reload changes about
/// them, at a cost for each that changes and hardly any for the others.
///
/// Not called twice at once.
final class AppRoster: Sendable {
    private struct State {
        var configuration = GatewayConfiguration()
        var keepers: [String: TokenKeeper] = [:]
        /// Of apps, robots, and what stands for calls with foreign tokens.
        var slots: [String: AppSlot] = [:]
        /// Keepers that were ever made.
        var made: UInt64 = 0
        var isStarted = false
    }

    private let state = Mutex(State())
    private let dispatcher: Dispatcher
    private let metrics: GatewayMetrics
    private let makeKeeper: MakeKeeper

    typealias MakeKeeper = @Sendable (_ app: String, any TokenSource, TokenCredentials, UInt64) -> TokenKeeper

    init(
        dispatcher: Dispatcher,
        metrics: GatewayMetrics,
        makeKeeper: @escaping MakeKeeper
    ) {
        self.dispatcher = dispatcher
        self.metrics = metrics
        self.makeKeeper = makeKeeper
    }

    /// Takes over a configuration. The dispatcher first: whoever asks for an app by the new settings finds it there.
    ///
    /// - Returns: where the apps are.
    func take(_ new: GatewayConfiguration) -> [String: AppSlot] {
        let (changes, gone, isStarted) = state.withLock { state in
            let (changes, gone) = plan(new, &state)
            return (changes, gone, state.isStarted)
        }
        for runtime in changes.arriving where runtime.keeper != nil { metrics.registerApp(runtime.name) }
        let arrived = dispatcher.reload(DispatchSettings(new), changes)
        for keeper in gone { keeper.stop() }
        let slots = state.withLock { state in
            for name in changes.leaving { state.slots[name] = nil }
            state.slots.merge(arrived) { $1 }
            return state.slots
        }
        let robots = new.robots
        for runtime in changes.arriving {
            guard let keeper = runtime.keeper else { continue }
            let robot = robots[runtime.name].map { Robot($0).credentials }
            keeper.replace(robot ?? TokenCredentials(new, app: runtime.name))
            if isStarted, let slot = arrived[runtime.name] { start(keeper, slot) }
        }
        return slots
    }

    /// What changes, and the keepers that nobody needs afterwards.
    private func plan(_ new: GatewayConfiguration, _ state: inout State) -> (AppChanges, [TokenKeeper]) {
        let old = state.configuration
        state.configuration = new
        var (changes, gone) = (AppChanges(), [TokenKeeper]())
        for name in old.apps.keys where new.apps[name] == nil {
            changes.leaving.append(name)
            drop(name, &state, &gone)
        }
        for (name, app) in new.apps.sorted(by: { $0.key < $1.key }) where old.apps[name] != app {
            // Another account: nothing of the old one's token may reach it.
            if let before = old.apps[name], before.appID != app.appID { drop(name, &state, &gone) }
            let keeper = self.keeper(name, StableToken(), TokenCredentials(new, app: name), &state)
            changes.arriving.append(
                AppRuntime(
                    name: name,
                    hosts: app.hosts,
                    account: app.appID,
                    limits: AppLimits(app),
                    quotas: app.quotas,
                    keeper: keeper,
                    followsReceipts: app.callback != nil,
                    quiet: app.quietHours
                )
            )
        }
        planForeign(old, new, &changes)
        planRobots(old.robots, new.robots, &changes, &state, &gone)
        return (changes, gone)
    }

    /// The one that there is for it, or a new one.
    private func keeper(
        _ name: String,
        _ source: any TokenSource,
        _ credentials: TokenCredentials,
        _ state: inout State
    ) -> TokenKeeper {
        if let keeper = state.keepers[name] { return keeper }
        state.made += 1
        let keeper = makeKeeper(name, source, credentials, state.made - 1)
        state.keepers[name] = keeper
        return keeper
    }

    private func drop(_ name: String, _ state: inout State, _ gone: inout [TokenKeeper]) {
        if let keeper = state.keepers.removeValue(forKey: name) { gone.append(keeper) }
    }

    /// What stands for calls with foreign tokens, which go where the first app's go.
    private func planForeign(_ old: GatewayConfiguration, _ new: GatewayConfiguration, _ changes: inout AppChanges) {
        let hosts = AppRoster.foreignHosts(new)
        if old.apps.isEmpty || hosts != AppRoster.foreignHosts(old) {
            let none = AppLimits(others: AppLimits.usual)
            changes.arriving.append(
                AppRuntime(name: ClientDirectory.foreignApp, hosts: hosts, limits: none, keeper: nil)
            )
        }
    }

    private func planRobots(
        _ before: [String: RobotConfiguration],
        _ after: [String: RobotConfiguration],
        _ changes: inout AppChanges,
        _ state: inout State,
        _ gone: inout [TokenKeeper]
    ) {
        for name in before.keys where after[name] == nil {
            changes.leaving.append(name)
            drop(name, &state, &gone)
        }
        for (name, configuration) in after.sorted(by: { $0.key < $1.key }) where before[name] != configuration {
            let robot = Robot(configuration)
            if before[name].map({ Robot($0).account }) != robot.account { drop(name, &state, &gone) }
            var keeper: TokenKeeper?
            if let source = robot.tokenSource { keeper = self.keeper(name, source, robot.credentials, &state) }
            changes.arriving.append(AppRuntime(name: name, robot, keeper))
        }
        changes.leaving.sort()
    }

    private static func foreignHosts(_ configuration: GatewayConfiguration) -> [String] {
        configuration.apps.min { $0.key < $1.key }?.value.hosts ?? [AppRuntime.officialHost]
    }

    // MARK: Tokens

    /// Begins to fetch the tokens, of these apps and of those that come later.
    func start() {
        let all = state.withLock { state in
            state.isStarted = true
            return state.keepers.compactMap { name, keeper in state.slots[name].map { (name, keeper, $0) } }
        }
        for (_, keeper, slot) in all.sorted(by: { $0.0 < $1.0 }) { start(keeper, slot) }
    }

    private func start(_ keeper: TokenKeeper, _ slot: AppSlot) {
        keeper.start { [dispatcher] in dispatcher.tokenChanged(app: slot) }
    }

    func stop() {
        for keeper in state.withLock({ $0.keepers.values }) { keeper.stop() }
    }

    /// The tokens of apps, and of robots that have one, by what the dispatcher calls them.
    func tokens() -> [(app: String, status: TokenStatus)] {
        let keepers = state.withLock { $0.keepers }
        return keepers.sorted { $0.key < $1.key }.map { ($0.key, $0.value.status()) }
    }
}

extension DispatchSettings {
    /// What of the configuration concerns the dispatcher.
    init(_ configuration: GatewayConfiguration) {
        var policy = DispatchPolicy()
        policy.queue.capacity = configuration.queue.capacity
        policy.breaker = configuration.breaker
        policy.budget = configuration.retry.budget
        policy.maxInFlight = configuration.upstream.maxInFlight
        policy.attemptTimeout = configuration.upstream.timeout
        policy.relayTimeout = configuration.relay.timeout
        policy.mediaTimeout = configuration.relay.mediaTimeout
        self.init(
            policy: policy,
            classes: configuration.retry.classes,
            defaultClass: configuration.retry.defaultClass,
            weights: configuration.clients.mapValues(\.weight),
            maxWaiting: configuration.relay.maxWaiting,
            maxWaitingBytes: configuration.relay.maxWaitingBytes,
            connectTimeout: configuration.upstream.connectTimeout
        )
    }
}

extension GatewayConfiguration {
    /// The robots among the sinks of alerts, by what the dispatcher calls them.
    fileprivate var robots: [String: RobotConfiguration] {
        alerts.sinks.reduce(into: [:]) { robots, sink in
            for (number, robot) in sink.value.robots.enumerated() {
                robots[Robot.appName(sink: sink.key, number: number)] = robot
            }
        }
    }
}

extension AppLimits {
    fileprivate init(_ configuration: AppConfiguration) {
        self.init(configuration.limits, others: configuration.defaultLimit)
    }
}

extension TokenCredentials {
    fileprivate init(_ configuration: GatewayConfiguration, app name: String) {
        let app = configuration.apps[name]
        self.init(
            appID: app?.appID ?? "",
            secret: app?.secret ?? "",
            hosts: app?.hosts ?? [AppRuntime.officialHost]
        )
    }
}

extension AppRuntime {
    /// A robot as an app: with one lane, and mostly without token.
    fileprivate convenience init(name: String, _ robot: Robot, _ keeper: TokenKeeper?) {
        self.init(
            name: name,
            hosts: [robot.origin],
            account: robot.account,
            limits: AppLimits(others: robot.limit),
            keeper: keeper,
            upstream: robot
        )
    }
}
