import Queueing
import Timekeeping
import WeChat
import WeirPorts

extension Settlement {
    /// What an attempt's result means for a message.
    init(_ done: AttemptResult, _ result: Classification, at now: Timestamp) {
        let counted = Int(done.job.countedAttempts)
        let why = result.summary
        switch done.disposition {
        case .ended(let state):
            self.init(
                state: state,
                at: now,
                countedAttempts: counted + (state == .sent ? 0 : 1),
                msgid: result.msgid,
                reason: state == .sent ? nil : why
            )
        case .retry(let due, _, _):
            self.init(state: .pending, at: now, nextAt: due, countedAttempts: counted, reason: "retry after \(why)")
        case .waiting(let obstacle), .pausing(let obstacle):
            self.init(
                state: .pending,
                at: now,
                nextAt: obstacle.until,
                countedAttempts: counted,
                reason: "\(obstacle.reason.rawValue): \(why)"
            )
        case .tokenRetry:
            self.init(state: .pending, at: now, countedAttempts: counted, reason: why)
        }
    }
}
