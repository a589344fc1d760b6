package import Queueing
package import Timekeeping
package import WeirPorts

/// What becomes of a job after an attempt.
package enum Disposition: Equatable, Sendable {
    /// It is done; a relayed call is answered now.
    case ended(JobState)
    /// It waits for its next attempt, which the retry class ordered.
    case retry(at: Timestamp, fast: Bool, cost: RetryCost)
    /// Its lane waits, and it at the head, without having used up an attempt.
    case waiting(Obstacle)
    /// It alone waits, without having used up an attempt: what was said may be about its content.
    case pausing(Obstacle)
    /// It goes again as soon as a token is there that WeChat has not rejected.
    case tokenRetry
}
