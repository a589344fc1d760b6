public import Queueing
public import Timekeeping

/// What becomes of a job after an attempt.
public enum Disposition: Equatable, Sendable {
    /// It is done; a relayed call is answered now.
    case ended(JobState)
    /// It waits for its next attempt, which the retry class ordered.
    case retry(at: Timestamp, fast: Bool, cost: RetryCost)
    /// It waits without having used up an attempt.
    case waiting(Obstacle)
    /// It goes again as soon as a token is there that WeChat has not rejected.
    case tokenRetry
}
