public import Resilience
public import Timekeeping

/// What stands between a waiting message and its next attempt right now.
public struct WaitingReport: Equatable, Sendable {
    /// What blocks it, `turn` when only other work is before it.
    public var obstacle: Obstacle
    /// What it has waited for since its last attempt, its acceptance or the process's start, whichever came last; longest first.
    public var waits: [Wait]
    /// Since when `waits` counts.
    public var since: Timestamp
    public var app: String
    public var api: String
    public var limit: RateLimit
    /// Permits that the limiter has now.
    public var available: Int
    /// The breaker's name, as `/v1/breakers` takes it.
    public var breaker: String
    public var breakerState: BreakerState
    /// Work that waits in the same lane, this message included.
    public var laneWaiting: Int
    /// Retries that the app's budget could pay for now.
    public var retryBudget: Double
}
