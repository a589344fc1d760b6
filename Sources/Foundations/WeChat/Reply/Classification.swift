/// What one answer, or its absence, says.
public struct Classification: Equatable, Sendable {
    /// What became of the attempt.
    public var outcome: Outcome
    /// WeChat's code; nil where the answer has none.
    public var errcode: Int?
    /// WeChat's text without its rid, at most ``ReplyClassifier/longestText`` bytes of it.
    public var errmsg: String?
    /// The id by which WeChat finds the request again, for 7 days.
    public var rid: String?
    /// The id of the message that was taken; real ones exceed 2^53.
    public var msgid: Int64?
    /// What it tells the circuit breaker.
    public var breaker: BreakerEffect
    /// Whether a caller may see it: 2xx and 4xx that are whole. What is no answer becomes Weir's own error.
    public var isAnswer: Bool
    /// What the errcode is true of.
    public var scope: ErrorScope
    /// How long it lasts, as far as the errcode says.
    public var wait: WaitHint
    /// Whether the answer, got by the repeat of an attempt whose outcome was unknown, says that the first try was
    /// taken.
    public var isDuplicateOnRepeat: Bool
    /// Whether the errcode can't be about the content of the one call that drew it. Of a code that is true of the whole
    /// account and has it not, a second call should say the same before the account is held.
    public var provesAccount: Bool
    /// Whether it is probably not WeChat that speaks but a proxy, a firewall or a portal between: an operator should
    /// know.
    public var isIntermediary: Bool

    /// A classification; the defaults are those of an answer that says nothing more.
    public init(
        outcome: Outcome,
        errcode: Int? = nil,
        errmsg: String? = nil,
        rid: String? = nil,
        msgid: Int64? = nil,
        breaker: BreakerEffect,
        isAnswer: Bool = true,
        scope: ErrorScope = .message,
        wait: WaitHint = .none,
        isDuplicateOnRepeat: Bool = false,
        provesAccount: Bool = false,
        isIntermediary: Bool = false
    ) {
        self.outcome = outcome
        self.errcode = errcode
        self.errmsg = errmsg
        self.rid = rid
        self.msgid = msgid
        self.breaker = breaker
        self.isAnswer = isAnswer
        self.scope = scope
        self.wait = wait
        self.isDuplicateOnRepeat = isDuplicateOnRepeat
        self.provesAccount = provesAccount
        self.isIntermediary = isIntermediary
    }

    /// Something came that doesn't say whether WeChat took the call.
    static let noAnswer = Classification(outcome: .unknown, breaker: .failure, isAnswer: false, scope: .api)

    /// As ``noAnswer``, from somebody who is not WeChat.
    static let foreignPage = Classification(
        outcome: .unknown,
        breaker: .failure,
        isAnswer: false,
        scope: .api,
        isIntermediary: true
    )
}

extension Classification {
    /// What a 4xx without an errcode says. It is one rule for messages, relayed calls, robots and the token.
    ///
    /// WeChat puts a code into every refusal. Without one it is a proxy or a firewall between that speaks: it refused the
    /// request, so that nothing was taken, and the trouble is the upstream's.
    ///
    /// - Parameters:
    ///   - status: 400...499.
    ///   - isCallersShape: Whether a caller chose the method, the path and the body. Then a status that can be about these
    ///     is the caller's affair.
    /// - Returns: `HTTP` and the status stand in the place of WeChat's text.
    public static func refusal(status: Int, isCallersShape: Bool = false) -> Classification {
        var refusal = verdict(status, isCallersShape: isCallersShape)
        refusal.errmsg = "HTTP \(status)"
        return refusal
    }

    private static func verdict(_ status: Int, isCallersShape: Bool) -> Classification {
        switch status {
        case 429:
            Classification(outcome: .throttled, breaker: .ignored, scope: .api, wait: .seconds(1))
        // WeChat answers 412 when a body came without Content-Length: Weir's own mistake.
        case 412:
            callersAffair
        case _ where isCallersShape && !isAboutTheWay(status):
            callersAffair
        default:
            Classification(outcome: .transient, breaker: .failure, scope: .api, isIntermediary: true)
        }
    }

    /// A refusal that is about the one request, and says nothing about the upstream.
    static let callersAffair = Classification(outcome: .request, breaker: .ignored)

    /// Whether a 4xx speaks about who may pass and how the connection is used, whatever the request looks like. Every other
    /// one, an unknown one too, can be about the request's form (RFC 9110, 15: an unknown 4xx counts as 400).
    private static func isAboutTheWay(_ status: Int) -> Bool {
        switch status {
        case 401, 403, 407, 408, 421, 425, 426, 451: true
        default: false
        }
    }
}
