import Timekeeping
import WeChat

extension RelayService {
    /// What the caller gets for a call's end.
    func reply(
        _ end: RelayEnd,
        request: RelayRequest,
        passage: RelayPassage,
        api: APIDescriptor
    ) -> RelayReply {
        switch end {
        case .attempted(let last):
            return reply(last, request: request, passage: passage, api: api)
        case .refused(let obstacle, let last):
            if let last, last.classification.outcome != .tokenRejected {
                return reply(last, request: request, passage: passage, api: api)
            }
            return refuse(obstacle, request, api: api.label)
        case .hungUp:
            // Nobody reads the answer, and nothing was refused.
            request.trace.note { $0.outcome = "hung_up" }
            return RelayReply(status: 200, headers: [], body: [], api: api.label)
        case .overloaded:
            let wait = Duration.seconds(1)
            return refuse(.overloaded, "too many calls are waiting", request, api: api.label, wait: wait)
        }
    }

    private func reply(
        _ last: RelayCall.LastAttempt,
        request: RelayRequest,
        passage: RelayPassage,
        api: APIDescriptor
    ) -> RelayReply {
        let isOwnAffair = !passage.usesToken && last.classification.isAnswer
        request.trace.note { facts in
            facts.outcome = last.classification.outcome.rawValue
            facts.errcode = last.classification.errcode
            facts.rid = last.classification.rid
        }
        switch last.classification.outcome {
        case .accepted, .recipient, .request, .throttled, .quotaExhausted, .account:
            return pass(last, passage: passage, api: api)
        case .transient where isOwnAffair, .tokenRejected where isOwnAffair:
            return pass(last, passage: passage, api: api)
        case .transient where !last.leavesDoubt || api.repeatability == .always:
            guard last.reply == nil else {
                return refuse(.busy, "WeChat is busy (-1)", request, api: api.label, wait: .seconds(1))
            }
            let why = last.failure?.kind.rawValue ?? "no connection"
            return refuse(.unreachable, "WeChat can't be reached (\(why)), no byte was sent", request, api: api.label)
        case .tokenRejected:
            return refuse(.appUnavailable, "WeChat rejects the app's token again and again", request, api: api.label)
        case .unknown, .transient:
            return refuse(
                .outcomeUnknown,
                "WeChat took the request and gave no answer: it may or may not have acted",
                request,
                api: api.label
            )
        }
    }

    /// The upstream's own status, type and bytes; a real token in them is cut out.
    private func pass(_ last: RelayCall.LastAttempt, passage: RelayPassage, api: APIDescriptor) -> RelayReply {
        guard let reply = last.reply else {
            return RelayReply(status: 502, headers: [], body: [], api: api.label)
        }
        let kept = reply.headers.filter { RelayService.passedHeaders.contains($0.name.lowercased()) }
        var body = reply.body
        // What a caller's own token gets out of WeChat may be about an app of Weir's, too.
        let tokens = passage.usesToken ? [last.token].compactMap { $0 } : dispatcher.presentTokens()
        for token in tokens { body = Redaction.cut(token: token.value, from: body) }
        return RelayReply(status: reply.status, headers: kept, body: body, api: api.label)
    }

    private static let passedHeaders: Set<String> = [
        "content-type", "content-disposition", "cache-control", "retkey", "logicret", "last-modified",
    ]

    private func refuse(_ obstacle: Obstacle, _ request: RelayRequest, api: String) -> RelayReply {
        // Nobody knows when an operator lets go: not at once.
        let isForced = obstacle.reason == .breakerOpen && obstacle.until == nil
        let wait = isForced ? .seconds(10) : obstacle.until.map { $0 - time.timestamp() }
        let (refusal, why): (RelayRefusal, String) =
            switch obstacle.reason {
            case .rateLimited, .throttled, .scheduled, .concurrency, .turn:
                (.rateLimited, "no permit became free before the call's deadline")
            case .breakerOpen where isForced: (.breakerOpen, "an operator has opened the breaker")
            case .breakerOpen: (.breakerOpen, "the breaker is open because WeChat is failing")
            case .quotaExhausted: (.quotaExhausted, "the daily quota of this api is used up (45009)")
            case .noToken: (.unreachable, "WeChat's token endpoint can't be reached")
            case .credentials: (.appUnavailable, "WeChat refuses the app's credentials; an operator must act")
            case .account: (.appUnavailable, "WeChat refuses the account; an operator must act")
            case .tokenRejected: (.appUnavailable, "WeChat rejects the app's token again and again")
            case .paused: (.appUnavailable, "an operator paused the app")
            case .journal, .draining: (.overloaded, "Weir is shutting down")
            }
        return refuse(refusal, why, request, api: api, wait: wait)
    }

    /// Weir's own answer, over HTTP 200 in the form that SDKs read.
    func refuse(
        _ refusal: RelayRefusal,
        _ why: String,
        _ request: RelayRequest,
        api: String,
        wait: Duration? = nil
    ) -> RelayReply {
        let seconds = (wait ?? .seconds(1)).retryAfterSeconds
        let comeBack = wait == nil ? "" : "; come back in \(seconds) s"
        request.trace.note { facts in
            facts.outcome = String(refusal.rawValue)
            facts.isFailure = true
        }
        var json = JSONWriter()
        json.object {
            $0.member("errcode", refusal.rawValue)
            $0.member("errmsg", "weir: \(why)\(comeBack) rid: \(request.trace.id)")
        }
        var headers = [RelayService.jsonType]
        if refusal.invitesRetry { headers.append(HTTPField("Retry-After", String(seconds))) }
        return RelayReply(status: 200, headers: headers, body: json.bytes, api: api, refusal: refusal)
    }

    /// For the HTTP layer: the body was longer than is relayed.
    func tooLarge(_ request: RelayRequest, limit: Int) -> RelayReply {
        refuse(.requestTooLarge, "the body is over \(limit >> 20) MiB", request, api: "other")
    }
}

extension RelayRefusal {
    /// Whether the same call may succeed later without anybody changing it.
    var invitesRetry: Bool {
        switch self {
        case .rateLimited, .breakerOpen, .quotaExhausted, .unreachable, .overloaded, .busy, .appUnavailable: true
        case .outcomeUnknown, .unknownClient, .recipientSuppressed, .requestTooLarge, .notRelayed: false
        }
    }
}
