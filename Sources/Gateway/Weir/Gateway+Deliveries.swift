import Delivering
import Resilience
public import Timekeeping
public import WeirPorts

/// Signed deliveries out.
extension Gateway {
    /// What each subscriber of events and each client with addresses of its own waits for; those for which nothing waits are left out.
    public func deliveries() -> [DeliveryBacklog] {
        deliveryService.states.map {
            DeliveryBacklog(
                destination: $0.destination,
                waiting: $0.waiting,
                inFlight: $0.inFlight,
                failingSince: $0.failingSince,
                oldest: $0.oldest
            )
        }.sorted { $0.destination.stored < $1.destination.stored }
    }
}

/// What one destination waits for.
public struct DeliveryBacklog: Equatable, Sendable {
    /// Who is told.
    public let destination: DeliveryDestination
    /// Deliveries that wait.
    public let waiting: Int
    /// Attempts on their way.
    public let inFlight: Int
    /// When the first attempt failed since one was taken.
    public let failingSince: Timestamp?
    /// When what the oldest one tells happened.
    public let oldest: Timestamp?
}

extension GatewayConfiguration {
    /// What deliveries go by.
    var deliveryTerms: DeliveryTerms {
        var targets: [DeliveryDestination: DeliveryTerms.Target] = [:]
        for (name, subscriber) in subscribers {
            targets[DeliveryDestination(.subscriber, name)] =
                DeliveryTerms.Target(secret: subscriber.secret, address: subscriber.address)
        }
        for (name, client) in clients where !client.callbacks.isEmpty {
            guard let secret = client.deliverySecret else { continue }
            targets[DeliveryDestination(.client, name)] =
                DeliveryTerms.Target(secret: secret, prefixes: client.callbacks)
        }
        return DeliveryTerms(
            targets: targets,
            retry: retry.classes["async"] ?? .asynchronous,
            keepDead: storage.keep.dead,
            connectTimeout: upstream.connectTimeout
        )
    }
}
