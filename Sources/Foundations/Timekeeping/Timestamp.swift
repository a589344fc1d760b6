/// A point of wall-clock time in milliseconds since 1970-01-01T00:00:00Z, the form in which times are stored,
/// compared with a message's `not_before` and shown to people.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, negative before.
    public var milliseconds: Int64

    /// Takes any number, negative ones too.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Later than every time that Weir accepts from a caller.
    public static let distantFuture = Timestamp(milliseconds: .max)

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The time that lies `duration` later, to the millisecond, rounded up so that a wait never ends early.
    public static func + (timestamp: Timestamp, duration: Duration) -> Timestamp {
        let (quotient, remainder) = duration.inNanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let (sum, overflow) = timestamp.milliseconds.addingReportingOverflow(quotient + (remainder > 0 ? 1 : 0))
        guard overflow else { return Timestamp(milliseconds: sum) }
        return duration < .zero ? Timestamp(milliseconds: .min) : .distantFuture
    }

    /// The time from `right` to `left`, negative when `left` is the earlier one.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        let (difference, overflow) = left.milliseconds.subtractingReportingOverflow(right.milliseconds)
        return overflow
            ? .milliseconds(left.milliseconds) - .milliseconds(right.milliseconds) : .milliseconds(difference)
    }

    /// Seconds since 1970 as metrics report them.
    public var seconds: Double {
        Double(milliseconds) / 1000
    }
}
