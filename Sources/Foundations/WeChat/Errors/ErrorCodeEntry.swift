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
