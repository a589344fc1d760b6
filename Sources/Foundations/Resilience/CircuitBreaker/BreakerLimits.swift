internal import Timekeeping

/// The policy within its ranges, and its shares as whole millionths, so that 7 of 100 calls are 7 %.
struct BreakerLimits: Equatable, Sendable {
    let minimumCalls: Int
    let failureShare: Int
    let slowShare: Int
    let open: Duration
    let openMax: Duration
    let probes: Int
    let jitter: Double
    let lostAfter: Duration

    init(_ policy: CircuitBreakerPolicy) {
        minimumCalls = max(1, policy.minimumCalls)
        failureShare = BreakerLimits.millionths(policy.failureRate)
        slowShare = BreakerLimits.millionths(policy.slowCallRate)
        open = max(.milliseconds(1), policy.open)
        openMax = max(open, policy.openMax)
        probes = min(max(1, policy.probes), CircuitBreakerPolicy.maxProbes)
        jitter = policy.jitter > 0 ? min(policy.jitter, 1) : 0
        lostAfter = max(open, .seconds(30))
    }

    var countsSlow: Bool { slowShare <= 1_000_000 }

    /// At least one call must have been bad, even where a share of zero is asked for.
    func reasonToOpen(_ counts: BreakerCounts) -> BreakerReason? {
        guard counts.calls >= minimumCalls else { return nil }
        if counts.failures > 0, counts.failures * 1_000_000 >= failureShare * counts.calls { return .failureRate }
        if counts.slow > 0, counts.slow * 1_000_000 >= slowShare * counts.calls { return .slowCallRate }
        return nil
    }

    func openTime(opening number: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let longest = openMax.inNanoseconds
        let (doubled, overflow) = open.inNanoseconds.multipliedReportingOverflow(by: 1 << min(number - 1, 40))
        let time = overflow ? longest : min(doubled, longest)
        let spread = Int64(Double(time) * jitter * 0.999_999)
        let drawn = time.addingReportingOverflow(Int64.random(in: -spread...spread, using: &generator))
        return .nanoseconds(max(1_000_000, min(drawn.overflow ? longest : drawn.partialValue, longest)))
    }

    private static func millionths(_ share: Double) -> Int {
        share >= 0 ? Int((min(share, 2) * 1_000_000).rounded()) : 0
    }
}
