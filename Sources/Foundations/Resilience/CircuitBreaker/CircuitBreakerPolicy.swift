internal import Timekeeping

/// When a breaker opens, for how long, and what closes it again.
///
/// A value out of its range counts as the nearest one within.
public struct CircuitBreakerPolicy: Equatable, Sendable {
    /// The most probes that can be in flight at once, whatever ``probes`` says.
    public static let maxProbes = 32

    /// How far back calls count, in ten slices of which the oldest is dropped as a new one begins. A change of it empties the
    /// window.
    public var window: Duration
    /// With fewer calls than this in the window nothing is concluded; at least 1.
    public var minimumCalls: Int
    /// The share of failed calls in the window that opens the breaker, 0…1. Above 1 failures alone never do.
    public var failureRate: Double
    /// Failures in a row, with no success between, that open the breaker however few calls there are, once they span
    /// ``consecutiveSpan``: a window says nothing where a call comes once an hour. 0: none do.
    public var consecutiveFailures: Int
    /// From this duration on a call is slow, however it ended. Not less than a caller's usual patience: what comes in time
    /// for its caller must not open the breaker.
    public var slowCall: Duration
    /// The share of slow calls in the window that opens the breaker, 0…1. Above 1 slow calls never do, and a slow probe is
    /// as good as a quick one.
    public var slowCallRate: Double
    /// How long the breaker stays open the first time; doubled each time that the probes fail. At least 1 ms.
    public var open: Duration
    /// The longest that it stays open, jitter included; never less than ``open``.
    public var openMax: Duration
    /// Calls that are let through at once when the open time is over, all of which must succeed to close; 1…32.
    public var probes: Int
    /// The share by which an open time is made longer or shorter at random, so that many gateways do not probe in step; 0…1.
    public var jitter: Double

    /// The least time between the first and the last of failures in a row that open the breaker: a hiccup that many calls meet at
    /// once is no outage.
    public static let consecutiveSpan = Duration.seconds(5)

    /// By default it opens when of at least 20 calls in 30 s half have failed, or 60 % took 5 s or longer, or when 5 in a row
    /// have failed.
    public init(
        window: Duration = .seconds(30),
        minimumCalls: Int = 20,
        failureRate: Double = 0.5,
        consecutiveFailures: Int = 5,
        slowCall: Duration = .seconds(5),
        slowCallRate: Double = 0.6,
        open: Duration = .seconds(10),
        openMax: Duration = .seconds(300),
        probes: Int = 3,
        jitter: Double = 0.2
    ) {
        self.window = window
        self.minimumCalls = minimumCalls
        self.failureRate = failureRate
        self.consecutiveFailures = consecutiveFailures
        self.slowCall = slowCall
        self.slowCallRate = slowCallRate
        self.open = open
        self.openMax = openMax
        self.probes = probes
        self.jitter = jitter
    }
}

/// The policy within its ranges, and its shares as whole millionths, so that 7 of 100 calls are 7 %.
struct BreakerLimits: Equatable, Sendable {
    let minimumCalls: Int
    let failureShare: Int
    let slowShare: Int
    /// `nil`: however many in a row fail says nothing.
    let consecutiveFailures: Int?
    let open: Duration
    let openMax: Duration
    let probes: Int
    let jitter: Double
    let lostAfter: Duration

    init(_ policy: CircuitBreakerPolicy) {
        minimumCalls = max(1, policy.minimumCalls)
        failureShare = BreakerLimits.millionths(policy.failureRate)
        slowShare = BreakerLimits.millionths(policy.slowCallRate)
        consecutiveFailures = policy.consecutiveFailures > 0 ? policy.consecutiveFailures : nil
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

    /// Whether what has failed without a success between is more than chance.
    func reasonToOpen(_ streak: FailureStreak, at now: Instant) -> BreakerReason? {
        guard let consecutiveFailures, streak.count >= consecutiveFailures, let since = streak.since else { return nil }
        return now - since >= CircuitBreakerPolicy.consecutiveSpan ? .consecutiveFailures : nil
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

/// Failures since the last success.
struct FailureStreak: Equatable, Sendable {
    /// How many; counted up to the largest that anybody asks for.
    private(set) var count = 0
    /// When the first of them was reported.
    private(set) var since: Instant?

    mutating func add(failed: Bool, at now: Instant) {
        guard failed else {
            self = FailureStreak()
            return
        }
        count = count == .max ? .max : count + 1
        since = since ?? now
    }
}
