/// A point on a monotonic clock: it never jumps, means nothing outside this process, and is what every
/// limiter, breaker, timeout and deadline in Weir is measured with.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since an origin that is fixed for the life of the process (and otherwise arbitrary).
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The origin of the clock, a convenient start for tests.
    public static let zero = Instant(nanoseconds: 0)

    /// Later than every instant that a clock reports.
    public static let distantFuture = Instant(nanoseconds: .max)

    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant that lies `duration` later; saturates instead of overflowing.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.inNanoseconds)
        return overflow ? (duration < .zero ? Instant(nanoseconds: .min) : .distantFuture) : Instant(nanoseconds: sum)
    }

    public static func - (instant: Instant, duration: Duration) -> Instant {
        // The negative of the shortest duration is none.
        let (difference, overflow) = instant.nanoseconds.subtractingReportingOverflow(duration.inNanoseconds)
        guard overflow else { return Instant(nanoseconds: difference) }
        return duration < .zero ? .distantFuture : Instant(nanoseconds: .min)
    }

    /// The time from `right` to `left`, negative when `left` is the earlier one.
    public static func - (left: Instant, right: Instant) -> Duration {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
        return overflow ? .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds) : .nanoseconds(difference)
    }
}
