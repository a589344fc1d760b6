public import Timekeeping

/// A change of a breaker's state.
public struct BreakerTransition: Equatable, Sendable {
    public var from: BreakerState
    public var to: BreakerState
    public var reason: BreakerReason
    public var at: Instant
    /// What the window held when it happened.
    public var counts: BreakerCounts
    /// How long it stays open; `nil` if it is not open now, or open until an operator says otherwise.
    public var openFor: Duration?
    /// Counts a breaker's transitions from 1, as a listener may hear of two of them in either order.
    public var sequence: UInt64

    public init(
        from: BreakerState,
        to: BreakerState,
        reason: BreakerReason,
        at: Instant,
        counts: BreakerCounts = .zero,
        openFor: Duration? = nil,
        sequence: UInt64
    ) {
        self.from = from
        self.to = to
        self.reason = reason
        self.at = at
        self.counts = counts
        self.openFor = openFor
        self.sequence = sequence
    }
}
