import Queueing
import Timekeeping
import WeChat
import WeirPorts

extension AttemptRecord {
    /// The audit trail's line for an attempt's end.
    init(_ done: AttemptResult, _ settlement: Settlement, took duration: Duration) {
        let result = done.classification
        self.init(
            number: done.lease.number,
            startedAt: done.lease.startedAt.timestamp,
            duration: duration,
            outcome: result.outcome,
            errcode: result.errcode,
            errmsg: result.errmsg,
            rid: result.rid,
            waits: done.lease.waits
        )
        let due = settlement.nextAt
        switch done.disposition {
        case .ended: break
        case .retry(_, _, let cost): next = NextStep(due: due, reason: settlement.reason ?? "", cost: cost)
        case .waiting(let obstacle), .pausing(let obstacle):
            next = NextStep(due: due, wait: obstacle.reason, reason: result.summary, cost: .free)
        case .tokenRetry: next = NextStep(due: due, reason: result.summary, cost: .free)
        }
    }
}
