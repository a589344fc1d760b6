public import Timekeeping

/// One durable fact about a job in the queue. Only durable jobs have any; `Replay` turns them into a queue again.
public enum JournalRecord: Equatable, Sendable {
    /// It was let in.
    case accepted(Job, at: Timestamp)
    /// It was leased, or still is, and a request for it starts.
    case started(JobID, at: Timestamp)
    /// It waits again: until `notBefore`, or for its turn, at the `front` or the end of its level.
    case waiting(JobID, notBefore: Timestamp?, countedAttempts: UInt32, front: Bool, at: Timestamp)
    /// It left: done, given up, cancelled or expired.
    case ended(JobID)
}
