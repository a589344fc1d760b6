package import Delivering
import PrometheusMetrics
import Settings
import Synchronization
import Timekeeping
import WeirPorts

/// Deliveries in numbers.
final class DeliveryMetrics: Sendable {
    let results: CounterFamily
    let waiting: GaugeFamily
    let failingSince: GaugeFamily
    private let known = Mutex<Set<DeliveryDestination>>([])

    init(_ registry: MetricRegistry) throws(MetricError) {
        results = try registry.counter(MetricCatalog.deliveryResults)
        waiting = try registry.gauge(MetricCatalog.deliveriesWaiting)
        failingSince = try registry.gauge(MetricCatalog.deliveryFailingSince)
    }

    /// The destinations of the settings in force: their series begin at 0, those of others go.
    func configured(_ configuration: GatewayConfiguration) {
        let present = Set(
            configuration.subscribers.keys.map { DeliveryDestination(.subscriber, $0) }
                + configuration.clients.filter { !$0.value.callbacks.isEmpty }
                .map { DeliveryDestination(.client, $0.key) }
        )
        let gone = known.withLock { known in
            defer { known = present }
            return known.subtracting(present)
        }
        for one in present {
            for result in DeliveryResult.allCases { _ = results.child(one.kind.rawValue, one.name, result.rawValue) }
        }
        for one in gone {
            // Its series stay where another kind of destination has its name.
            waiting.child(one.kind.rawValue, one.name).set(0)
            failingSince.child(one.kind.rawValue, one.name).set(0)
        }
        let names = Set(gone.map(\.name)).subtracting(present.map(\.name))
        results.removeAll(where: "destination", isIn: names)
        waiting.removeAll(where: "destination", isIn: names)
        failingSince.removeAll(where: "destination", isIn: names)
    }

    func count(_ event: DeliveryEvent) {
        let destination = event.destination
        guard isKnown(destination) else {
            // What is lost of one that left the configuration is lost all the same.
            guard event.result == .dead || event.result == .dropped else { return }
            return results.child(destination.kind.rawValue, "-", event.result.rawValue).increment()
        }
        results.child(destination.kind.rawValue, destination.name, event.result.rawValue).increment()
    }

    func collect(_ states: [DeliveryBacklog]) {
        let states = Dictionary(states.map { ($0.destination, $0) }) { first, _ in first }
        for one in known.withLock({ $0 }) {
            let state = states[one]
            waiting.child(one.kind.rawValue, one.name).set((state?.waiting ?? 0) + (state?.inFlight ?? 0))
            let since = state?.failingSince.map { Double($0.milliseconds) / 1000 } ?? 0
            failingSince.child(one.kind.rawValue, one.name).set(since)
        }
    }

    /// One that left the configuration has no series of its own: their number would grow with each reload.
    private func isKnown(_ destination: DeliveryDestination) -> Bool {
        known.withLock { $0.contains(destination) }
    }
}

extension GatewayMetrics {
    package func collect(deliveries states: [DeliveryBacklog]) {
        deliveryMetrics.collect(states)
    }
}
