package import Queueing
package import Timekeeping
package import WeirPorts

/// What a look at the queue asks of the driver.
package enum DispatchAction: Equatable, Sendable {
    /// An attempt begins; a durable job's once the journal has it.
    case start(Lease)
    /// A relayed call can't be served and its caller should hear it now.
    case refuse(Job, Obstacle)
    /// A job's time was over while it waited; what it waited for.
    case expire(Job, Obstacle)
    /// An attempt hangs while the upstream answers newer ones: it is taken back, so that its job can be repeated in time.
    case giveUp(JobID)

    /// The attempt that begins, if one does.
    package var started: Lease? {
        guard case .start(let lease) = self else { return nil }
        return lease
    }
}

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
