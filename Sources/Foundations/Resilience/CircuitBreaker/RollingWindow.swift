internal import Timekeeping

/// The calls of the last while, as a breaker counts them.
struct RollingWindow: Equatable, Sendable {
    private var ring: SliceRing<BreakerCounts>

    init(_ length: Duration, at now: Instant) {
        ring = SliceRing(span: length, at: now)
    }

    /// What the window holds as of the last input.
    var counts: BreakerCounts { ring.total }

    func counts(at now: Instant) -> BreakerCounts {
        var ring = ring
        ring.advance(to: now)
        return ring.total
    }

    mutating func add(failed: Bool, slow: Bool, at now: Instant) {
        ring.add(BreakerCounts(calls: 1, failures: failed ? 1 : 0, slow: slow ? 1 : 0), at: now)
    }

    /// One slow call has failed after all: it becomes a failed call of the present. Which of them it was plays no part; had
    /// it been forgotten, it counts anew.
    mutating func failSlow(at now: Instant) {
        ring.advance(to: now)
        ring.updateOldestFirst { slice in
            guard slice.slow > 0, slice.calls > slice.failures else { return true }
            slice -= BreakerCounts(calls: 1, slow: 1)
            return false
        }
        add(failed: true, slow: true, at: now)
    }

    /// One slow call was as good as a quick one after all.
    mutating func forgiveSlow() {
        ring.updateOldestFirst { slice in
            guard slice.slow > 0 else { return true }
            slice.slow -= 1
            return false
        }
    }
}

/// Calls that a breaker has seen in its window. A call that was both slow and failed counts as both.
public struct BreakerCounts: AdditiveArithmetic, Equatable, Sendable {
    /// Calls that succeeded or failed; ignored ones are not counted.
    public var calls: Int
    /// Those that failed.
    public var failures: Int
    /// Those that took at least the policy's `slowCall`, and those that still hang after it.
    public var slow: Int

    /// By default all are 0.
    public init(calls: Int = 0, failures: Int = 0, slow: Int = 0) {
        self.calls = calls
        self.failures = failures
        self.slow = slow
    }

    /// No calls.
    public static let zero = BreakerCounts()

    /// Adds each of the three numbers.
    public static func + (left: BreakerCounts, right: BreakerCounts) -> BreakerCounts {
        BreakerCounts(
            calls: left.calls + right.calls,
            failures: left.failures + right.failures,
            slow: left.slow + right.slow
        )
    }

    /// Subtracts each of the three numbers.
    public static func - (left: BreakerCounts, right: BreakerCounts) -> BreakerCounts {
        BreakerCounts(
            calls: left.calls - right.calls,
            failures: left.failures - right.failures,
            slow: left.slow - right.slow
        )
    }
}
