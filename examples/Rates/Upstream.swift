import PrometheusMetrics
import Resilience

/// A service that others run: it allows so many calls a second, fails at times, and is down at times.
///
/// Calls go through three guards, from the outside in: ``Retry`` repeats what failed, within a budget that all calls share;
/// ``RateLimiter`` lets no more through than the service allows; ``CircuitBreaker`` stops asking a service that is sick.
struct Upstream: Sendable {
    private let retry: Retry
    private let limiter: RateLimiter
    private let breaker: CircuitBreaker
    private let calls: CounterFamily
    private let duration: Histogram

    /// - Throws: `MetricError` where `registry` has other metrics of these names.
    init(limit: RateLimit, breaker policy: CircuitBreakerPolicy, metrics registry: MetricRegistry) throws(MetricError) {
        let backoff = Backoff(base: .milliseconds(1), factor: 2, cap: .milliseconds(20), jitter: .full)
        retry = Retry(RetryPolicy(fastAttempts: 3, backoff: backoff))
        limiter = RateLimiter(limit)
        calls = try registry.counter("rates_calls_total", help: "Calls by how they ended.", labels: ["result"])
        duration = try registry.histogram("rates_call_seconds", help: "How long calls took.").child()
        let state = try registry.gauge("rates_breaker_open", help: "1 while the breaker is not closed.").child()
        breaker = CircuitBreaker(policy) { state.set($0.to == .closed ? 0 : 1) }
    }

    /// Asks, as often as it takes and as it may.
    ///
    /// - Throws: what the last attempt threw; `CircuitBreakerError.refused` while the service is not asked at all.
    func ask<Answer: Sendable>(_ call: @Sendable () async throws -> Answer) async throws -> Answer {
        try await retry.run(advice: advice) { _ in
            try await limiter.acquire()
            return try await breaker.call { try await measured(call) }
        }
    }

    private func measured<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
        let start = ContinuousClock.now
        defer { duration.observe(ContinuousClock.now - start) }
        do {
            let answer = try await call()
            calls.child("answered").increment()
            return answer
        } catch {
            calls.child("failed").increment()
            throw error
        }
    }

    /// A sick service is not waited for: whoever asked hears at once.
    private func advice(_ error: any Error) -> RetryAdvice {
        if case CircuitBreakerError<any Error>.refused = error { return .stop }
        return Retry.advice(error)
    }
}
