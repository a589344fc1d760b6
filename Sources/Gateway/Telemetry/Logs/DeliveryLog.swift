package import Delivering
package import Logging
import Synchronization
import WeirPorts

/// Everybody's observer of deliveries: counts them, and logs where a destination begins to fail and where it takes again, what was given
/// up, and what was one too many. Never an address or a body.
package final class DeliveryLog: DeliveryObserver {
    private let metrics: GatewayMetrics
    private let logger: Logger
    /// Destinations that failed last, with how often.
    private let failing = Mutex<[DeliveryDestination: Int]>([:])

    package init(metrics: GatewayMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    package func observe(_ event: DeliveryEvent) {
        metrics.deliveryMetrics.count(event)
        let about: Logger.Metadata = [
            "kind": "\(event.destination.kind.rawValue)", "destination": "\(event.destination.name)",
        ]
        switch event.result {
        case .taken:
            guard let failures = failing.withLock({ $0.removeValue(forKey: event.destination) }) else { return }
            logger.notice(
                "deliveries are taken again",
                metadata: about.merging(["failures": .number(failures)]) { $1 }
            )
        case .failed: failed(event, about)
        case .dead:
            failed(event, about)
            logger.error("a delivery was given up", metadata: about.merging(facts(event)) { $1 })
        case .dropped:
            logger.error("a delivery was dropped, as too many wait", metadata: about.merging(facts(event)) { $1 })
        }
    }

    private func failed(_ event: DeliveryEvent, _ about: Logger.Metadata) {
        let isFirst = failing.withLock { failing in
            failing[event.destination, default: 0] += 1
            return failing[event.destination] == 1
        }
        guard isFirst else { return }
        logger.warning("deliveries fail", metadata: about.merging(["reason": "\(event.reason)"]) { $1 })
    }

    private func facts(_ event: DeliveryEvent) -> Logger.Metadata {
        ["delivery": "\(event.number)", "attempts": .number(event.attempts), "reason": "\(event.reason)"]
    }
}
