import Dispatching
import RequestTracing
package import Settings
import Timekeeping
import WeChat
import WeirPorts
import WireJSON

extension RelayService {
    /// What the caller gets for a call's end.
    func reply(_ end: RelayEnd, _ inquiry: RelayInquiry, passage: RelayPassage, isStreamed: Bool) -> RelayReply {
        switch end {
        case .attempted(let last):
            return reply(last, inquiry, passage: passage, isStreamed: isStreamed)
        case .refused(let obstacle, let last):
            if let last, last.classification.outcome != .tokenRejected || isInDoubt(last, inquiry) {
                return reply(last, inquiry, passage: passage, isStreamed: isStreamed)
            }
            return refuse(obstacle, inquiry, passage: passage)
        case .hungUp(let mayHaveArrived):
            // Nobody reads the answer, and nothing was refused.
            inquiry.request.trace.note { $0.outcome = "hung_up" }
            var reply = RelayReply(status: 200, headers: [], body: [], api: inquiry.api.label)
            reply.wasNeverSent = !mayHaveArrived
            return reply
        case .overloaded:
            return refuse(.overloaded, "too many calls are waiting", inquiry, wait: .seconds(1))
        }
    }

    /// What is safe twice needs no doubt.
    private func isInDoubt(_ last: LastAttempt, _ inquiry: RelayInquiry) -> Bool {
        last.leavesDoubt && inquiry.api.repeatability != .always
    }

    private func reply(
        _ last: LastAttempt,
        _ inquiry: RelayInquiry,
        passage: RelayPassage,
        isStreamed: Bool
    ) -> RelayReply {
        inquiry.request.trace.note { facts in
            facts.outcome = last.classification.outcome.rawValue
            facts.errcode = last.classification.errcode
            facts.rid = last.classification.rid
        }
        guard !isInDoubt(last, inquiry) else { return unknownOutcome(inquiry) }
        let isOwnAffair = !passage.usesToken && last.classification.isAnswer
        switch last.classification.outcome {
        case .request where last.failure?.kind == .invalid:
            return refuse(.notRelayed, "the request can't be sent on as it is", inquiry)
        case .accepted, .recipient, .request, .throttled, .quotaExhausted, .account:
            return pass(last, inquiry)
        case .transient where isOwnAffair, .tokenRejected where isOwnAffair:
            return pass(last, inquiry)
        // Something between answered, and no repeat brought WeChat's own word.
        case .transient where last.classification.isIntermediary && last.reply != nil:
            return pass(last, inquiry)
        case .transient where last.reply != nil:
            return refuse(.busy, "WeChat is busy (-1)", inquiry, wait: .seconds(1))
        case .transient where last.failure?.kind == .shortage:
            let why = "Weir has no connection free"
            return refuse(.overloaded, why, inquiry, because: .shortage, wait: .seconds(1))
        case .transient:
            let why = last.failure?.kind.rawValue ?? "no connection"
            return refuse(.unreachable, "WeChat can't be reached (\(why)), no byte was sent", inquiry)
        case .tokenRejected where isStreamed:
            let why = "WeChat rejected the app's token, and an upload is read only once: send it again"
            return refuse(.appUnavailable, why, inquiry, wait: .seconds(1))
        case .tokenRejected:
            return refuse(.appUnavailable, "WeChat rejects the app's token again and again", inquiry)
        case .unknown where last.failure?.kind == .tooLarge:
            return refuse(.requestTooLarge, "the answer is larger than Weir relays (20 MiB)", inquiry)
        case .unknown:
            return unknownOutcome(inquiry)
        }
    }

    private func unknownOutcome(_ inquiry: RelayInquiry) -> RelayReply {
        refuse(
            .outcomeUnknown,
            "WeChat took the request and gave no answer: it may or may not have acted",
            inquiry
        )
    }

    /// The upstream's own status, type and bytes; real tokens in them are cut out.
    private func pass(_ last: LastAttempt, _ inquiry: RelayInquiry) -> RelayReply {
        guard let reply = last.reply else { return unknownOutcome(inquiry) }
        let kept = reply.headers.filter { RelayService.passedHeaders.contains(where: $0.isNamed) }
        let body = withoutTokens(reply, last)
        var passed = RelayReply(status: reply.status, headers: kept, body: body, api: inquiry.api.label)
        passed.hold = reply.hold
        return passed
    }

    /// An answer may tell of earlier calls of its account, with whatever token they were made. Nobody knows whose account a foreign
    /// token is of, so that all apps' tokens are looked for there.
    private func withoutTokens(_ reply: UpstreamReply, _ last: LastAttempt) -> [UInt8] {
        let own = last.token?.value
        // Tokens are of about one length. Most answers are shorter, and need no look at the others.
        guard reply.body.count >= own?.utf8.count ?? 0 else { return reply.body }
        var tokens = last.keeper?.recentTokens ?? dispatcher.recentTokens()
        if let own, !tokens.contains(own) { tokens.append(own) }
        return Redaction.cut(tokens: tokens, from: reply.body)
    }

    private static let passedHeaders = [
        "content-type", "content-disposition", "content-encoding", "cache-control", "retkey", "logicret",
        "last-modified",
    ]

    private func refuse(_ obstacle: Obstacle, _ inquiry: RelayInquiry, passage: RelayPassage) -> RelayReply {
        // Nobody knows when an operator lets go: not at once.
        let isForced = obstacle.reason == .breakerOpen && obstacle.until == nil
        let wait = isForced ? .seconds(10) : obstacle.until.map { $0 - time.timestamp() }
        let (refusal, why): (RelayRefusal, String) =
            switch obstacle.reason {
            case .rateLimited, .throttled: (.rateLimited, "no permit became free before the call's deadline")
            case .scheduled, .concurrency, .turn, .quietHours:
                (.rateLimited, "its turn did not come before the call's deadline")
            case .breakerOpen where isForced: (.breakerOpen, "an operator has opened the breaker")
            case .breakerOpen: (.breakerOpen, "the breaker is open because WeChat is failing")
            case .quotaExhausted: (.quotaExhausted, "the daily quota of this api is used up (45009)")
            case .quotaReserved:
                (
                    .quotaExhausted,
                    "what is left of this api's daily quota is kept for calls of priority urgent and high"
                )
            case .noToken: (.unreachable, "WeChat's token endpoint can't be reached")
            case .credentials: (.appUnavailable, "WeChat refuses the app's credentials; an operator must act")
            case .account: (.appUnavailable, "WeChat refuses the account; an operator must act")
            case .tokenRejected: (.appUnavailable, "WeChat rejects the app's token again and again")
            case .paused: (.appUnavailable, "an operator paused the app")
            case .noApp:
                (.unknownClient, "the app left Weir's configuration or got another AppID: fetch a new access_token")
            case .journal: (.overloaded, "the journal can't be written")
            case .draining: (.overloaded, "Weir is shutting down")
            }
        // Calls in flight are no quota of WeChat's.
        let isQuota = [.rateLimited, .throttled, .quotaExhausted, .quotaReserved].contains(obstacle.reason)
        return refuse(
            refusal,
            why,
            inquiry,
            because: RelayRefusalReason(obstacle.reason),
            wait: wait,
            codes: isQuota ? passage.codes : .weir
        )
    }

    func refuse(
        _ refusal: RelayRefusal,
        _ why: String,
        _ inquiry: RelayInquiry,
        because reason: RelayRefusalReason? = nil,
        wait: Duration? = nil,
        codes: RelayConfiguration.ErrorCodes = .weir
    ) -> RelayReply {
        refuse(refusal, why, inquiry.request, api: inquiry.api.label, because: reason, wait: wait, codes: codes)
    }

    /// Weir's own answer, over HTTP 200 in the form that SDKs read.
    package func refuse(
        _ refusal: RelayRefusal,
        _ why: String,
        _ request: RelayRequest,
        api: String,
        because reason: RelayRefusalReason? = nil,
        wait: Duration? = nil,
        codes: RelayConfiguration.ErrorCodes = .weir
    ) -> RelayReply {
        let seconds = (wait ?? .seconds(1)).retryAfterSeconds
        let comeBack = wait == nil ? "" : "; come back in \(seconds) s"
        var app: String?
        request.trace.note { facts in
            facts.outcome = String(refusal.rawValue)
            facts.isFailure = true
            facts.fault = refusal.isFault ? facts.outcome : nil
            // Who was let in has its api noted.
            facts.isStranger = facts.api == nil && !refusal.isFault
            app = facts.app
        }
        observer.refused(refusal, because: reason ?? refusal.usualReason, app: app)
        var json = JSONWriter()
        json.object {
            $0.member("errcode", refusal.errcode(codes))
            $0.member("errmsg", "weir: \(why)\(comeBack) rid: \(request.trace.id)")
        }
        var headers = [RelayService.jsonType]
        if refusal.invitesRetry { headers.append(HeaderField("Retry-After", String(seconds))) }
        return RelayReply(status: 200, headers: headers, body: json.bytes, api: api, refusal: refusal)
    }
}

extension RelayRefusal {
    /// The errcode that callers get. WeChat's own only where it means the same, for SDKs that have a handler for it; never -1, which SDKs
    /// repeat by themselves.
    func errcode(_ codes: RelayConfiguration.ErrorCodes) -> Int {
        switch self {
        case .quotaExhausted where codes == .wechat: 45009
        case .rateLimited where codes == .wechat: 45011
        default: rawValue
        }
    }

    /// Whether it is Weir, or WeChat behind it, that could not do its part. A rate, a quota and a wrong call are the caller's.
    var isFault: Bool {
        switch self {
        case .breakerOpen, .outcomeUnknown, .appUnavailable, .unreachable, .overloaded, .busy: true
        case .rateLimited, .quotaExhausted, .budgetExceeded, .unknownClient, .recipientSuppressed, .recipientCapped,
            .requestTooLarge,
            .notRelayed:
            false
        }
    }

    /// Whether the same call may succeed later without anybody changing it.
    var invitesRetry: Bool {
        switch self {
        case .rateLimited, .breakerOpen, .quotaExhausted, .budgetExceeded, .unreachable, .overloaded, .busy,
            .appUnavailable, .recipientCapped:
            true
        case .outcomeUnknown, .unknownClient, .recipientSuppressed, .requestTooLarge, .notRelayed: false
        }
    }
}
