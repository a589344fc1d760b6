import Queueing
import Timekeeping
import WeChat
import WeirPorts

/// An attempt on its way: what its end needs.
struct Attempt: Sendable {
    var lease: Lease
    var api: APIDescriptor
    var runtime: AppRuntime
    /// Where it goes: scheme and authority.
    var origin: String
    /// The token that it was made with; `nil` where it carries none of Weir's.
    var token: AccessToken?
    /// Whether WeChat's word about tokens, accounts and quotas concerns Weir's app, or the caller alone.
    var concernsApp = true
    var method = "POST"
    /// How far a body has come that its caller sends meanwhile.
    var progress: StreamProgress?
    var trail: Trail
    /// Of a message, to go back should it wait on.
    var body: [UInt8]?
    /// The relayed call that it is of.
    var call: RelayCall?
    var trace: (any AttemptTrace)?

    var gate: GateName { GateName(number: lease.gateNumber, app: runtime.name, api: api.label) }

    /// What is told when it leaves.
    ///
    /// - Parameter call: the relayed call that it is of.
    func start(of call: RelayCall? = nil) -> AttemptStart {
        AttemptStart(
            lease: lease,
            gate: gate,
            trail: trail,
            origin: origin,
            usesToken: token != nil,
            call: call
        )
    }

    /// The trail of the next attempt, should there be one.
    func trailAfterwards(at now: Timestamp) -> Trail {
        var next = Trail(traceparent: trail.traceparent, previous: trace, waitingSince: now)
        next.client = trail.client
        return next
    }

    /// What came back, as the dispatch machine understands it.
    func classify(_ result: Result<UpstreamReply, TransportFailure>) -> Classification {
        let isCallersShape = !lease.job.isDurable
        var classification =
            runtime.upstream.classify(result, api: api, method: method, isCallersShape: isCallersShape)
        if !concernsApp { classification = classification.concerningTheCallerAlone }
        if let token { classification.cut(token) }
        return classification
    }
}

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
