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
}
