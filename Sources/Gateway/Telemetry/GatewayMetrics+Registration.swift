import Clients
package import Dispatching
import PrometheusMetrics
import Queueing
package import Settings
import Synchronization
package import Timekeeping
import WeChat
import WeirPorts

extension GatewayMetrics {
    /// A configuration is in force: its clients and retry classes have their series, and those of clients that are gone go in a while.
    package func configured(_ configuration: GatewayConfiguration, at now: Timestamp) {
        var clients = Set(configuration.clients.keys)
        if clients.isEmpty { clients = [Caller(name: "").label] }
        departures.withLock { $0.update(clients, at: now) }
        for client in clients { _ = clientRejections.child(client) }
        for name in configuration.retry.classes.keys {
            for kind in ["fast", "ladder", "token"] { _ = retries.child(name, kind) }
        }
        for (name, app) in configuration.apps where app.callback != nil { receiptMetrics.register(name) }
        deliveryMetrics.configured(configuration)
        budgetMetrics.configured(configuration)
        reloaded(at: now, succeeded: true)
    }

    func forgetDeparted(at now: Timestamp) {
        for client in departures.withLock({ $0.due(at: now) }) {
            clientRejections.removeAll(where: "client", isIn: [client])
            budgetMetrics.refusals.removeAll(where: "client", isIn: [client])
            usage.forget([client], of: "client")
        }
    }

    /// Apps left and have nothing more: their series go, so that those of apps that come and go don't pile up.
    package func forget(_ departures: [DepartedApp]) {
        let apps = Set(departures.map(\.name))
        for family in [
            upstreamRequests, upstreamErrcodes, limiterPermits, limiterWaits, limiterRejections, messagesAccepted,
            messagesEnded, ambiguous,
            tokenRefreshes, tokenRejections, relayRefusals, sloMessages, sloAcceptance, sloRelay,
            receiptMetrics.callbacks, receiptMetrics.taken, receiptMetrics.left, suppressionMetrics.suppressed,
        ] {
            family.removeAll(where: "app", isIn: apps)
        }
        acceptances.withLock { acceptances in acceptances = acceptances.filter { !apps.contains($0.key) } }
        upstreamDuration.removeAll(where: "app", isIn: apps)
        for family in [
            limiterAvailable, retryBudget, laneBlocked, tokenExpiry, appHeld, appFailing, appDetours,
            suppressionMetrics.present,
        ] {
            family.removeAll(where: "app", isIn: apps)
        }
        usage.forget(apps, of: "app")
        // With them what found no room.
        let breakers = Set(departures.flatMap(\.breakers)).union(apps.map { $0 + "~other" })
        breakerState.removeAll(where: "breaker", isIn: breakers)
        for family in [breakerTransitions, breakerOpenSeconds] { family.removeAll(where: "breaker", isIn: breakers) }
        gates.withLock { gates in gates = gates.filter { !apps.contains($0.value.app) } }
    }

    /// A listener's route begins at 0, for the statuses that say most about it.
    public func registerRoute(_ route: String, methods: [String], statuses: [Int]) {
        _ = httpDuration.child(route)
        for method in methods {
            for status in statuses { _ = httpRequests.child(route, method, String(status)) }
        }
    }

    /// The case behind a number, for whoever follows it: OpenMetrics allows 128 characters, so that a rid that is too long is left out.
    func exemplar(traceID: String?, rid: String? = nil, at now: Timestamp) -> Exemplar? {
        let time = now.milliseconds
        switch (traceID, rid) {
        case (let trace?, let rid?):
            return Exemplar(["trace_id": trace, "rid": rid], unixMilliseconds: time)
                ?? Exemplar(["trace_id": trace], unixMilliseconds: time)
        case (let trace?, nil): return Exemplar(["trace_id": trace], unixMilliseconds: time)
        case (nil, let rid?): return Exemplar(["rid": rid], unixMilliseconds: time)
        case (nil, nil): return nil
        }
    }
}

/// Label values that a reload took away, and when: their series stay long enough for the last increments to be scraped.
struct Departures: Sendable {
    /// How long a series stays after its label value has gone.
    static let grace = Duration.seconds(15 * 60)

    private var present: Set<String> = []
    private var departed: [String: Timestamp] = [:]

    /// The values there are from now on. One that comes back before its time is over has never been away.
    mutating func update(_ values: Set<String>, at now: Timestamp) {
        for value in present.subtracting(values) { departed[value] = now }
        for value in values { departed[value] = nil }
        present = values
    }

    /// The values whose time is over; each is told once.
    mutating func due(at now: Timestamp) -> [String] {
        let due = departed.filter { now - $0.value >= Departures.grace }.keys.sorted()
        for value in due { departed[value] = nil }
        return due
    }
}
