import PrometheusMetrics
import Resilience

// swift run --package-path examples Rates
struct Down: Error {}

let registry = MetricRegistry()
let upstream = try Upstream(
    limit: RateLimit(permits: 200, per: .seconds(1), burst: 50),
    breaker: CircuitBreakerPolicy(minimumCalls: 10, open: .milliseconds(200)),
    metrics: registry
)
// Every fourth call fails, and in between the service is down for a while.
for number in 1...200 {
    _ = try? await upstream.ask { () async throws -> Int in
        if number % 4 == 0 || (80...120).contains(number) { throw Down() }
        return number
    }
}
print(String(decoding: registry.render(), as: UTF8.self))
