import Queueing
import Timekeeping

/// One input to a queue in the property tests.
enum QueueStep {
    case admit(Job)
    case restore(Job)
    case lease(LaneID)
    case start(JobID)
    case requeue(JobID, notBefore: Timestamp?, front: Bool)
    case finish(JobID)
    case cancel(JobID)
    case reschedule(JobID, notBefore: Timestamp?)
    case advance
}
