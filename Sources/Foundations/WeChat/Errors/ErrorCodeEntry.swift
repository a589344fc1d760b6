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
    /// The same words in Chinese.
    public var meaningInChinese: String
    /// Who can put it right; `nil` where nothing is wrong, and where nobody knows.
    public var fault: ErrorFault?
    /// What to do about it.
    package var advice: ErrorAdvice

    /// A row of the table.
    package init(
        code: Int,
        meaning: String,
        chinese: String,
        outcome: Outcome,
        scope: ErrorScope,
        breaker: BreakerEffect = .success,
        wait: WaitHint = .none,
        isDuplicateOnRepeat: Bool = false,
        provesAccount: Bool = false,
        fault: ErrorFault?,
        advice: ErrorAdvice
    ) {
        self.code = code
        self.meaning = meaning
        meaningInChinese = chinese
        self.outcome = outcome
        self.scope = scope
        self.breaker = breaker
        self.wait = wait
        self.isDuplicateOnRepeat = isDuplicateOnRepeat
        self.provesAccount = provesAccount
        self.fault = fault
        self.advice = advice
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
