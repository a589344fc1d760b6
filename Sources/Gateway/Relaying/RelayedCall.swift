package import Clients
import Dispatching
import RequestTracing
import Timekeeping
import WeChat
import WeirPorts

/// A relayed call that has been answered: by whom it was made, how it went, and where its time went.
package struct RelayedCall: Sendable {
    /// How it went, for its caller. The raw values are metric labels.
    package enum Result: String, CaseIterable, Sendable {
        /// WeChat did what was asked.
        case ok
        /// WeChat answered with an errcode, which the caller got.
        case wechatError = "wechat_error"
        /// WeChat could not be reached, or was busy to the last attempt.
        case upstreamFailed = "upstream_failed"
        /// Bytes left and no answer came.
        case unknown
        /// Weir answered itself: by a limit, a breaker, a hold, or for want of room.
        case refused
        /// The caller's own doing: over its rate, not allowed, too large, gone before the end.
        case caller
    }

    package var caller: Caller
    package var app: String
    package var result: Result
    /// From the request's head to the answer.
    package var took: Duration
    /// What of that was neither waiting, nor WeChat, nor the caller's sending of the body; `nil` where WeChat was not asked.
    package var own: Duration?
    /// What of that was waiting: for permits, the breaker, a token, a slot, a repeat's time; `nil` where it never waited its turn.
    package var waited: Duration?
}

extension RelayedCall.Result {
    /// What an end and its answer come to.
    init(_ end: RelayEnd, _ reply: RelayReply) {
        if let refusal = reply.refusal {
            self.init(refusal)
            return
        }
        switch end {
        case .attempted(let last), .refused(_, .some(let last)):
            switch last.classification.outcome {
            case .accepted: self = .ok
            case .transient: self = .upstreamFailed
            case .throttled, .quotaExhausted, .tokenRejected, .recipient, .request, .account, .unknown:
                self = .wechatError
            }
        case .hungUp: self = .caller
        case .refused(_, .none), .overloaded: self = .refused
        }
    }

    private init(_ refusal: RelayRefusal) {
        switch refusal {
        case .outcomeUnknown: self = .unknown
        case .unreachable, .busy: self = .upstreamFailed
        case .unknownClient, .recipientSuppressed, .recipientCapped, .requestTooLarge, .notRelayed, .budgetExceeded:
            self = .caller
        case .rateLimited, .breakerOpen, .appUnavailable, .quotaExhausted, .overloaded: self = .refused
        }
    }
}

extension RelayService {
    /// Tells of a call that was queued, also its caller.
    func account(_ end: RelayEnd, _ reply: inout RelayReply, of call: SentCall) {
        let now = time.now()
        let began = call.inquiry.request.trace.began.instant
        let (caller, app) = (call.passage.caller, call.passage.app.name)
        var told = RelayedCall(caller: caller, app: app, result: .init(end, reply), took: now - began)
        var attempts = 0
        switch end {
        case .attempted(let last):
            attempts = last.number
            guard let endedAt = last.endedAt else { break }
            told.own = call.admission + (now - endedAt)
            told.waited = endedAt - call.began - last.inFlight
        case .refused(_, let last):
            attempts = last?.number ?? 0
            told.waited = now - call.began - (last?.inFlight ?? .zero)
        case .hungUp, .overloaded: break
        }
        observer.answered(told)
        giveBack(call, after: end)
        reply.headers.reserveCapacity(reply.headers.count + 3)
        reply.headers.append(HeaderField("X-Weir-Attempts", String(attempts)))
        reply.headers.append(HeaderField("X-Weir-Waited-Ms", RelayService.milliseconds(told.waited ?? .zero)))
        reply.headers.append(
            HeaderField("X-Weir-Overhead-Ms", RelayService.milliseconds(told.own ?? call.admission))
        )
        reply.headers += limitFields(caller, call.passage.app, call.inquiry)
    }

    /// With one digit behind the point.
    private static func milliseconds(_ time: Duration) -> String {
        let tenths = max(0, time.inNanoseconds) / 100_000
        return tenths == 0 ? "0.0" : "\(tenths / 10).\(tenths % 10)"
    }

    /// Tells of a call whose body could not be had, or that its client may not make.
    func account(_ result: RelayedCall.Result, _ caller: Caller, app: String, _ inquiry: RelayInquiry) {
        let took = time.now() - inquiry.request.trace.began.instant
        observer.answered(RelayedCall(caller: caller, app: app, result: result, took: took))
    }
}
