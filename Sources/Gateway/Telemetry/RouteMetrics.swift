import PrometheusMetrics
import Synchronization

/// What requests are counted and timed by, looked up once for each kind of answer.
final class RouteMetrics: Sendable {
    private let known = Mutex<[AnsweredRoute: (Counter, Histogram)]>([:])

    /// Kinds of answers that are remembered; those beyond are looked up each time.
    static let most = 2_000

    func instruments(
        _ route: AnsweredRoute,
        _ requests: CounterFamily,
        _ durations: HistogramFamily
    ) -> (Counter, Histogram) {
        if let found = known.withLock({ $0[route] }) { return found }
        let instruments = (
            requests.child(route.route, route.method, String(route.status)),
            durations.child(route.isWait ? route.route + RouteMetrics.waitMark : route.route)
        )
        known.withLock { known in
            if known.count < RouteMetrics.most { known[route] = instruments }
        }
        return instruments
    }

    /// Behind the route of requests that asked to wait: how long these take is no latency.
    private static let waitMark = " (wait)"
}

/// A kind of answer to requests, as metrics tell them apart.
struct AnsweredRoute: Hashable {
    var route: String
    var method: String
    var status: Int
    var isWait: Bool
}
