import Queueing
import Timekeeping
import Tracing
import WeChat

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
    var span: (any Span)?

    /// The trail of the next attempt, should there be one.
    func trailAfterwards(at now: Timestamp) -> Trail {
        Trail(traceparent: trail.traceparent, previous: span?.context, waitingSince: now)
    }

    /// The trace to point to from a metric: only what will be found at the collector.
    func exportedTraceID(after result: Classification) -> String? {
        guard span != nil, trail.traceparent.hasSuffix("1") || result.outcome != .accepted else { return nil }
        return trail.traceID
    }

    /// What came back, as the dispatch machine understands it.
    func classify(_ result: Result<UpstreamReply, TransportFailure>) -> Classification {
        var classification =
            runtime.robot?.classify(result)
            ?? ReplyClassifier()
            .classify(result, api: api, method: method, isCallersShape: !lease.job.isDurable)
        if !concernsApp { classification = classification.concerningTheCallerAlone }
        if let token { classification.cut(token) }
        return classification
    }
}
