package import Queueing

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
    var started: Lease? {
        guard case .start(let lease) = self else { return nil }
        return lease
    }
}
