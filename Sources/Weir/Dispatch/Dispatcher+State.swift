import Queueing
import Resilience
import Timekeeping
import WeChat

extension Dispatcher.State {
    /// The lane of an app's api, with the app's limit for it where it is new.
    mutating func lane(
        app: Int,
        api: APIDescriptor,
        isDurable: Bool,
        limit: RateLimit,
        at now: Instant,
        metrics: GatewayMetrics
    ) -> LaneID {
        let gates = machine.gates.count
        let lane = machine.lane(
            app: app,
            api: api,
            host: apps[app].origin,
            isDurable: isDurable,
            limit: limit,
            at: now
        )
        if machine.gates.count > gates { metrics.registerGate(gates, app: apps[app].name, api: api.label) }
        return lane
    }

    /// Asks the keeper whether the app has a token.
    mutating func refreshToken(of app: Int) {
        guard let keeper = apps[app].keeper else { return }
        machine.setToken(keeper.presentState(), app: app)
    }

    mutating func removeCall(_ id: JobID) -> RelayCall? {
        guard let call = calls.removeValue(forKey: id) else { return nil }
        waitingBytes -= call.body?.count ?? 0
        return call
    }

    /// Whoever waits for a message's end, to be told after the lock is released.
    mutating func removeWatchers(_ id: JobID) -> [@Sendable () -> Void] {
        watchers.isEmpty ? [] : watchers.removeValue(forKey: id) ?? []
    }
}

extension Dispatcher.State {
    /// The breakers' names in their order: app, host and group, safe in a URL.
    var breakerNames: [String] {
        machine.breakerKeys.map { key in
            let host = key.host.drop { $0 != "/" }.drop { $0 == "/" }
            let safe = host.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
            return "\(machine.apps[key.app].name)~\(String(safe))~\(key.group)"
        }
    }
}
