public import Timekeeping

/// Folds journal records into the queue that they tell of.
///
/// The result equals the machine that wrote them, relayed calls aside, as long as the wall clock did not step back: waiting
/// times across such a step are not in the records. A job that was started and did not end is in flight; what that means after
/// a crash is the owner's to decide.
public struct Replay: Sendable {
    private var machine: QueueMachine
    /// Expired by the records' own times; a record that they ended may still come.
    private var lapsed: [JobID: Job] = [:]

    public init(_ policy: QueuePolicy = QueuePolicy()) {
        machine = QueueMachine(policy)
    }

    /// Takes the next record. One about a job that is not there changes nothing.
    public mutating func apply(_ record: JournalRecord) {
        switch record {
        case .accepted(let job, let now):
            pass(to: now)
            if machine.job(job.id) == nil { _ = machine.insert(job, readySince: now, at: now) }
        case .started(let id, let now):
            pass(to: now)
            machine.takeIfWaiting(id)
            machine.start(id, at: now)
        case .waiting(let id, let notBefore, let countedAttempts, let front, let now):
            pass(to: now)
            if machine.isLeased(id) {
                machine.requeue(id, notBefore: notBefore, front: front, at: now) {
                    $0.countedAttempts = countedAttempts
                }
            } else {
                _ = machine.reschedule(id, notBefore: notBefore, at: now)
            }
        case .ended(let id):
            if lapsed.removeValue(forKey: id) == nil, machine.finish(id) == nil { _ = machine.cancel(id) }
        }
    }

    /// The queue as it is at `now`, after all records so far. Expired jobs whose end was not recorded come out of its next
    /// `advance`.
    public func machine(at now: Timestamp) -> QueueMachine {
        var replay = self
        replay.pass(to: now)
        replay.machine.lapsed = replay.lapsed.values.sorted {
            ($0.expiresAt ?? now, $0.id) < ($1.expiresAt ?? now, $1.id)
        }
        return replay.machine
    }

    private mutating func pass(to now: Timestamp) {
        for job in machine.advance(to: now).expired { lapsed[job.id] = job }
    }
}
