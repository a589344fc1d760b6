public import Delivering
import Resilience
import WeirPorts

/// Signed deliveries out.
extension Gateway {
    /// What each subscriber of events and each client with addresses of its own waits for; those for which nothing waits are left out.
    public func deliveries() -> [DeliveryBacklog] {
        deliveryService.states.sorted { $0.destination.stored < $1.destination.stored }
    }
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
