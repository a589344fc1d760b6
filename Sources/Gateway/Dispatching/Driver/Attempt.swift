import Queueing
import Timekeeping
import WeChat
import WeirPorts

/// An attempt on its way: what its end needs.
struct Attempt: Sendable {
    var lease: Lease
    var api: APIDescriptor
    var runtime: AppRuntime
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
    var trace: (any AttemptTrace)?

    var gate: GateName { GateName(number: lease.gateNumber, app: runtime.name, api: api.label) }

    var start: AttemptStart { AttemptStart(lease: lease, gate: gate, trail: trail) }

    /// The trail of the next attempt, should there be one.
    func trailAfterwards(at now: Timestamp) -> Trail {
        Trail(traceparent: trail.traceparent, previous: trace, waitingSince: now)
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
