public import Timekeeping

/// Nested, since a breaker has an `Admission` of its own.
extension QueueMachine {
    /// What became of a job that wanted in.
    public enum Admission: Equatable, Sendable {
        /// It waits for its turn.
        case ready
        /// It waits for its time.
        case scheduled(until: Timestamp)
        case refused(Refusal)
    }

    /// Why a job was not let in.
    public enum Refusal: Equatable, Sendable {
        /// The queue holds `capacity` durable jobs.
        case full(capacity: Int)
        /// What is left of the capacity is for `urgent` and `high` jobs.
        case reserved
        /// A job with this id is in the queue, or expired and was not reported yet.
        case duplicate
    }
}
