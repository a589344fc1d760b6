/// How much may pass: `permits` in each `per`, and up to `burst` at once after a quiet time.
///
/// A ``TokenBucket`` under this limit never lets more than `burst + permits × t ÷ per` through in any interval `t`.
/// Values below 1 (and a `per` below one nanosecond) count as 1: a limit that lets nothing through is a pause, and
/// belongs elsewhere.
public struct RateLimit: Equatable, Sendable {
    /// Permits that are refilled in each `per`; at least 1.
    public var permits: Int
    /// The time in which `permits` are refilled, evenly and not all at its end.
    public var per: Duration
    /// The most permits that can be saved up, and so the most that can be taken at once; at least 1.
    public var burst: Int

    public init(permits: Int, per: Duration, burst: Int) {
        self.permits = permits
        self.per = per
        self.burst = burst
    }
}
