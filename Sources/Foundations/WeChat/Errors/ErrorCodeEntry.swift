/// What one errcode of WeChat means to Weir.
public struct ErrorCodeEntry: Equatable, Sendable {
    /// WeChat's number.
    public var code: Int
    /// A few words in English, in Weir's own wording.
    public var meaning: String
    /// What becomes of the attempt.
    public var outcome: Outcome
    /// What it is true of.
    public var scope: ErrorScope
    /// What it tells the circuit breaker.
    public var breaker: BreakerEffect
    /// How long it lasts, as far as WeChat says.
    public var wait: WaitHint
    /// Whether the code, met by the repeat of an attempt whose outcome was unknown, says that the first try was taken.
    public var isDuplicateOnRepeat: Bool
    /// Whether the code can't be about the content of the one call that drew it: a body or a query can draw 40001 or
    /// 40013, but nothing that a caller writes draws 40164.
    public var provesAccount: Bool

    /// A row of the table.
    public init(
        code: Int,
        meaning: String,
        outcome: Outcome,
        scope: ErrorScope,
        breaker: BreakerEffect = .success,
        wait: WaitHint = .none,
        isDuplicateOnRepeat: Bool = false,
        provesAccount: Bool = false
    ) {
        self.code = code
        self.meaning = meaning
        self.outcome = outcome
        self.scope = scope
        self.breaker = breaker
        self.wait = wait
        self.isDuplicateOnRepeat = isDuplicateOnRepeat
        self.provesAccount = provesAccount
    }
}

/// The words that the rows of ``ErrorCodeTable`` are written in.
extension ErrorCodeEntry {
    static func busy(_ code: Int, _ meaning: String) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .transient, scope: .api, breaker: .failure)
    }

    static func token(_ code: Int, _ meaning: String) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .tokenRejected, scope: .app, breaker: .ignored)
    }

    /// Our credentials: the breaker doesn't count it.
    static func credentials(_ code: Int, _ meaning: String, proves: Bool = false) -> ErrorCodeEntry {
        ErrorCodeEntry(
            code: code,
            meaning: meaning,
            outcome: .account,
            scope: .app,
            breaker: .ignored,
            provesAccount: proves
        )
    }

    /// What the account may or may not do.
    static func account(
        _ code: Int,
        _ meaning: String,
        _ scope: ErrorScope = .api,
        proves: Bool = false
    ) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .account, scope: scope, provesAccount: proves)
    }

    static func request(_ code: Int, _ meaning: String, _ scope: ErrorScope = .message) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .request, scope: scope)
    }

    static func recipient(_ code: Int, _ meaning: String, _ scope: ErrorScope = .recipient) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .recipient, scope: scope)
    }

    static func throttled(
        _ code: Int,
        _ meaning: String,
        _ scope: ErrorScope,
        _ wait: WaitHint,
        _ breaker: BreakerEffect = .success
    ) -> ErrorCodeEntry {
        ErrorCodeEntry(code: code, meaning: meaning, outcome: .throttled, scope: scope, breaker: breaker, wait: wait)
    }

    static func quota(
        _ code: Int,
        _ meaning: String,
        _ scope: ErrorScope,
        _ breaker: BreakerEffect = .success
    ) -> ErrorCodeEntry {
        ErrorCodeEntry(
            code: code,
            meaning: meaning,
            outcome: .quotaExhausted,
            scope: scope,
            breaker: breaker,
            wait: .midnight
        )
    }
}

/// How long what an errcode speaks about will last, as far as WeChat says.
public enum WaitHint: Hashable, Sendable {
    /// Nothing is said: the retry class decides.
    case none
    /// At least this many seconds.
    case seconds(Int)
    /// Until the next clock minute.
    case nextMinute
    /// Until 00:00 in Shanghai. Monthly allowances have it too, and are then asked again once a day.
    case midnight
}

/// What a result tells the circuit breaker. It is not what decides about a repeat: that is the ``Outcome``.
public enum BreakerEffect: String, CaseIterable, Sendable {
    /// The upstream is sick.
    case failure
    /// The upstream answered in an orderly way, whatever it said.
    case success
    /// It speaks about our credentials, our quota or our own mistake, not about the upstream.
    case ignored
}

/// What an errcode is true of, and so what has to wait or stop because of it.
public enum ErrorScope: String, CaseIterable, Sendable {
    /// This message or call alone.
    case message
    /// One recipient.
    case recipient
    /// One recipient and one template.
    case recipientTemplate = "recipient_template"
    /// One template.
    case template
    /// One path of one account.
    case api
    /// The whole account.
    case app
}
