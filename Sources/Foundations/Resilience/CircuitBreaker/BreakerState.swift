public import Timekeeping

/// What a breaker lets through.
public enum BreakerState: String, CaseIterable, Sendable {
    /// Every call. It opens when too many of them fail or are slow, or when an operator forces it.
    case closed
    /// None. The first call that asks after the open time makes it half-open; an operator may close it.
    case open
    /// A few probes at once. One failure opens it again, as many successes as there are probes close it.
    case halfOpen = "half_open"
}

/// What an operator has told a breaker to do.
public enum BreakerMode: String, CaseIterable, Sendable {
    /// Refuse every call, until told otherwise.
    case open
    /// Let every call through, whatever comes of it, until told otherwise.
    case close
    /// Decide by itself.
    case auto
}

/// Why a breaker changed its state.
public enum BreakerReason: String, CaseIterable, Sendable {
    /// Closed → open: too many calls of the window failed.
    case failureRate = "failure_rate"
    /// Closed → open: too many calls of the window were slow.
    case slowCallRate = "slow_call_rate"
    /// Closed → open: calls failed one after another, with no success between.
    case consecutiveFailures = "consecutive_failures"
    /// Open → half-open: the open time was over and a call asked.
    case openTimeOver = "open_time_over"
    /// Half-open → open: a probe failed or was slow.
    case probeFailed = "probe_failed"
    /// Half-open → closed: every probe succeeded.
    case probesSucceeded = "probes_succeeded"
    /// An operator forced it.
    case forced
}

/// A change of a breaker's state.
public struct BreakerTransition: Equatable, Sendable {
    /// The state before.
    public var from: BreakerState
    /// The state after.
    public var to: BreakerState
    /// Why it changed.
    public var reason: BreakerReason
    /// When it changed, on the monotonic clock.
    public var at: Instant
    /// What the window held when it happened.
    public var counts: BreakerCounts
    /// How long it stays open; `nil` if it is not open now, or open until an operator says otherwise.
    public var openFor: Duration?
    /// Counts a breaker's transitions from 1, as a listener may hear of two of them in either order.
    public var sequence: UInt64

    /// By default the window was empty and no open time began.
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
