import Queueing

/// What a queue answered to a step.
enum QueueStepResult: Equatable {
    case admission(QueueMachine.Admission)
    case job(Job?)
    case done(Bool)
    case cancellation(Cancellation)
    case advance(Advance)
}
