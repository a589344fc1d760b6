import Queueing
import Timekeeping

extension QueueMachine {
    mutating func apply(_ step: QueueStep, at now: Timestamp) -> QueueStepResult {
        switch step {
        case .admit(let job): .admission(admit(job, at: now))
        case .restore(let job): .admission(restore(job, at: now))
        case .lease(let lane): .job(lease(from: lane, at: now))
        case .start(let id): .job(start(id, at: now))
        case .requeue(let id, let notBefore, let front):
            .done(requeue(id, notBefore: notBefore, front: front, at: now) { $0.countedAttempts += 1 })
        case .finish(let id): .job(finish(id))
        case .cancel(let id): .cancellation(cancel(id))
        case .reschedule(let id, let notBefore): .done(reschedule(id, notBefore: notBefore, at: now))
        case .advance: .advance(advance(to: now))
        }
    }
}
