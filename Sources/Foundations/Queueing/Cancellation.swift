/// What became of a wish to cancel.
public enum Cancellation: Equatable, Sendable {
    /// It waited and is gone.
    case removed(Job)
    /// Too late: an attempt is in flight, and the job stays.
    case inFlight
    /// No such job.
    case unknown
}
