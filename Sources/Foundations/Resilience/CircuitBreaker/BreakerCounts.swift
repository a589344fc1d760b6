/// Calls that a breaker has seen in its window. A call that was both slow and failed counts as both.
public struct BreakerCounts: AdditiveArithmetic, Equatable, Sendable {
    /// Calls that succeeded or failed; ignored ones are not counted.
    public var calls: Int
    /// Those that failed.
    public var failures: Int
    /// Those that took at least the policy's `slowCall`, and those that still hang after it.
    public var slow: Int

    public init(calls: Int = 0, failures: Int = 0, slow: Int = 0) {
        self.calls = calls
        self.failures = failures
        self.slow = slow
    }

    public static let zero = BreakerCounts()

    public static func + (left: BreakerCounts, right: BreakerCounts) -> BreakerCounts {
        BreakerCounts(
            calls: left.calls + right.calls,
            failures: left.failures + right.failures,
            slow: left.slow + right.slow
        )
    }

    public static func - (left: BreakerCounts, right: BreakerCounts) -> BreakerCounts {
        BreakerCounts(
            calls: left.calls - right.calls,
            failures: left.failures - right.failures,
            slow: left.slow - right.slow
        )
    }
}
