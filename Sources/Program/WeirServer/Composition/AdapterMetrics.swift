import CurlTransport
import HTTPServing
import PrometheusMetrics
import Resilience
import Weir

/// What the adapters have in use, and their limits, read at each scrape.
struct AdapterMetrics {
    /// A listener's connections.
    struct Listener {
        let name: String
        let connections = ConnectionCount()
        let limit: Int
    }

    let listeners: [Listener]
    let transport: CurlTransport
    /// For request bodies.
    let bodies: ByteBudget

    func register(in gateway: Gateway) throws(MetricError) {
        let registry = gateway.registry
        let connections = try registry.gauge(MetricCatalog.connections)
        let limits = try registry.gauge(MetricCatalog.connectionsLimit)
        for listener in listeners { limits.child(listener.name).set(listener.limit) }
        let upstream = try registry.counter(MetricCatalog.upstreamConnections)
        let (opened, failed, reused) = (upstream.child("opened"), upstream.child("failed"), upstream.child("reused"))
        registry.onCollect { [self, metrics = gateway.metrics] in
            for listener in listeners { connections.child(listener.name).set(listener.connections.open) }
            opened.raise(to: Double(transport.connections.opened))
            failed.raise(to: Double(transport.connections.failed))
            reused.raise(to: Double(transport.connections.reused))
            metrics.collect(pool: "requests", bodies.used, of: bodies.limit)
            metrics.collect(pool: "replies", transport.replies.used, of: transport.replies.limit)
        }
    }
}
