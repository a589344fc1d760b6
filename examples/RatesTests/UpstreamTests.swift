import PrometheusMetrics
import Resilience
import Synchronization
import Testing

@testable import Rates

@Suite struct UpstreamTests {
    private struct Down: Error {}

    /// A service that fails as often as it is told.
    private final class Service: Sendable {
        private let state: Mutex<(failures: Int, calls: Int)>

        init(failures: Int) {
            state = Mutex((failures, 0))
        }

        var calls: Int { state.withLock { $0.calls } }

        func answer() throws -> String {
            try state.withLock { state in
                state.calls += 1
                if state.calls <= state.failures { throw Down() }
                return "1.08"
            }
        }
    }

    private let registry = MetricRegistry()

    private func upstream(minimumCalls: Int = 20) throws -> Upstream {
        try Upstream(
            limit: RateLimit(permits: 1_000, per: .seconds(1), burst: 100),
            breaker: CircuitBreakerPolicy(minimumCalls: minimumCalls, open: .seconds(60)),
            metrics: registry
        )
    }

    private var metrics: String { String(decoding: registry.render(), as: UTF8.self) }

    @Test func `what fails is tried again, and every call is counted`() async throws {
        let (service, upstream) = (Service(failures: 2), try upstream())
        #expect(try await upstream.ask { try service.answer() } == "1.08")
        #expect(service.calls == 3)
        #expect(metrics.contains("rates_calls_total{result=\"failed\"} 2\n"))
        #expect(metrics.contains("rates_calls_total{result=\"answered\"} 1\n"))
        #expect(metrics.contains("rates_call_seconds_count 3\n"))
    }

    @Test func `a service that is sick is asked no more`() async throws {
        let (service, upstream) = (Service(failures: .max), try upstream(minimumCalls: 3))
        await #expect(throws: (any Error).self) { try await upstream.ask { try service.answer() } }
        #expect(service.calls == 3)
        #expect(metrics.contains("rates_breaker_open 1\n"))
        await #expect(throws: CircuitBreakerError<any Error>.self) { try await upstream.ask { try service.answer() } }
        #expect(service.calls == 3)
    }
}
