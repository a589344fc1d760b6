import Queueing
import Resilience
import Timekeeping
import WeChat

/// A message with what the dispatcher needs to place it.
struct AcceptedMessage: Sendable {
    var record: MessageRecord
    var app: AppSlot
    var api: APIDescriptor
    /// Whether WeChat will recognise a repeat.
    var isDeduplicated: Bool
    /// Attempts started in an earlier life.
    var startedAttempts = 0
    /// An earlier attempt's outcome is not known.
    var isAmbiguous = false

    func job(in lane: LaneID, classes: RetryClassTable) -> Job {
        var job = Job(
            id: record.id,
            lane: lane,
            priority: record.priority,
            isDurable: true,
            acceptedAt: record.createdAt
        )
        job.retryClass = classes.index(record.retryClass)
        job.notBefore = [record.notBefore, record.nextAt].compactMap { $0 }.max()
        job.expiresAt = record.notAfter
        job.countedAttempts = UInt32(clamping: record.countedAttempts)
        job.startedAttempts = UInt32(clamping: startedAttempts)
        job.firstAttemptAt = record.firstAttemptAt
        if let asked = record.notBefore, record.nextAt.map({ asked >= $0 }) ?? true { job.marks.insert(.callersTime) }
        if isDeduplicated { job.marks.insert(.deduplicated) }
        if isAmbiguous { job.marks.insert(.ambiguous) }
        return job
    }
}
