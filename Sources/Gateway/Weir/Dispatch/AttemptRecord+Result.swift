import Queueing
import Timekeeping
import WeChat

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
        guard !settlement.state.isTerminal else { return }
        var cost = RetryCost.free
        if case .retry(_, _, let charged) = done.disposition { cost = charged }
        next = NextStep(due: settlement.nextAt, reason: settlement.reason ?? "", cost: cost)
    }
}
