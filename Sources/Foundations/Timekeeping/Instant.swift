/// A point on a monotonic clock: it never jumps, means nothing outside this process, and is what every
/// limiter, breaker, timeout and deadline in Weir is measured with.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since an origin that is fixed for the life of the process (and otherwise arbitrary).
    public var nanoseconds: Int64

    /// Counts from the clock's origin, negative before it.
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

    /// The instant that lies `duration` earlier; saturates instead of overflowing.
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

/// One reading of both clocks, for machines that measure with the one and store with the other.
public struct Moment: Equatable, Sendable {
    /// What the monotonic clock shows: for measuring.
    public var instant: Instant
    /// What the wall clock shows: for storing, and for telling people.
    public var timestamp: Timestamp

    /// Both clocks must have been read at the same time.
    public init(instant: Instant, timestamp: Timestamp) {
        self.instant = instant
        self.timestamp = timestamp
    }

    /// The monotonic instant at which the wall clock will show `later`, if nobody steps it.
    public func instant(of later: Timestamp) -> Instant {
        later == .distantFuture ? .distantFuture : instant + (later - timestamp)
    }
}

extension Duration {
    /// The whole duration in nanoseconds, saturating at the range of `Int64` (about 292 years).
    public var inNanoseconds: Int64 {
        // Not by `components`, which traps on a duration of more seconds than an `Int64` holds.
        Int64(clamping: attoseconds / 1_000_000_000)
    }

    /// The whole duration in milliseconds, rounded down.
    public var inMilliseconds: Int64 {
        inNanoseconds / 1_000_000
    }

    /// The duration in seconds as metrics and people read it.
    public var inSeconds: Double {
        Double(inNanoseconds) / 1e9
    }

    /// Whole seconds, rounded up and at least 1: what a `Retry-After` header may say without inviting a caller too early.
    public var retryAfterSeconds: Int {
        let nanoseconds = inNanoseconds
        guard nanoseconds > 0 else { return 1 }
        return Int(nanoseconds / 1_000_000_000) + (nanoseconds % 1_000_000_000 == 0 ? 0 : 1)
    }
}
