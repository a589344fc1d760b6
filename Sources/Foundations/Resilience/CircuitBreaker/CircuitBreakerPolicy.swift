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

    public init(
        window: Duration = .seconds(30),
        minimumCalls: Int = 20,
        failureRate: Double = 0.5,
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
        self.slowCall = slowCall
        self.slowCallRate = slowCallRate
        self.open = open
        self.openMax = openMax
        self.probes = probes
        self.jitter = jitter
    }
}
