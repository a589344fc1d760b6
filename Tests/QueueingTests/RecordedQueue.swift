import Queueing
import Timekeeping

/// A queue and the journal records of what happens to its durable jobs.
struct RecordedQueue {
    var machine: QueueMachine
    private(set) var leased: [JobID] = []
    private(set) var records: [JournalRecord] = []

    init(_ policy: QueuePolicy = QueuePolicy()) {
        machine = QueueMachine(policy)
    }

    mutating func apply(_ step: QueueStep, at now: Timestamp) {
        switch step {
        case .admit(let job), .restore(let job):
            if case .refused = machine.admit(job, at: now) { return }
            if job.isDurable { records.append(.accepted(job, at: now)) }
        case .lease(let lane):
            guard let id = machine.lease(from: lane, at: now)?.id else { return }
            leased.append(id)
            start(id, now)
        case .start(let id):
            start(id, now)
        case .requeue(let id, let notBefore, let front):
            guard machine.requeue(id, notBefore: notBefore, front: front, at: now, update: { $0.countedAttempts += 1 })
            else { return }
            wait(id, notBefore, front: front, now)
        case .finish(let id):
            if let job = machine.finish(id) { end(job) }
        case .cancel(let id):
            if case .removed(let job) = machine.cancel(id) { end(job) }
        case .reschedule(let id, let notBefore):
            if machine.reschedule(id, notBefore: notBefore, at: now) { wait(id, notBefore, front: false, now) }
        case .advance:
            for job in machine.advance(to: now).expired { end(job) }
        }
    }

    private mutating func start(_ id: JobID, _ now: Timestamp) {
        guard let job = machine.start(id, at: now), job.isDurable else { return }
        records.append(.started(id, at: now))
    }

    private mutating func wait(_ id: JobID, _ notBefore: Timestamp?, front: Bool, _ now: Timestamp) {
        guard let job = machine.job(id), job.isDurable else { return }
        records.append(
            .waiting(id, notBefore: notBefore, countedAttempts: job.countedAttempts, front: front, at: now)
        )
    }

    private mutating func end(_ job: Job) {
        if job.isDurable { records.append(.ended(job.id)) }
    }
}
