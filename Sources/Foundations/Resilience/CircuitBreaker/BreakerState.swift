/// What a breaker lets through.
public enum BreakerState: String, CaseIterable, Sendable {
    /// Every call. It opens when too many of them fail or are slow, or when an operator forces it.
    case closed
    /// None. The first call that asks after the open time makes it half-open; an operator may close it.
    case open
    /// A few probes at once. One failure opens it again, as many successes as there are probes close it.
    case halfOpen = "half_open"
}
