/// Why ``RateLimiter/acquire(_:deadline:)`` came back without a permit. Nothing was taken.
public enum RateLimitExceeded: Error, Equatable {
    /// The permit would come after the deadline; it would come after this time.
    case deadline(retryAfter: Duration)
    /// As many callers wait as may wait; the line is served after this time.
    case tooManyWaiting(retryAfter: Duration)
    /// More permits than the burst were asked for: no wait will help.
    case tooManyPermits(burst: Int)
    /// The task was cancelled before its permit came.
    case cancelled
}
