/// What a repeat cost its app's retry budget.
public enum RetryCost: Equatable, Sendable {
    /// Nothing: a token retry, or a wait that uses up no attempt.
    case free
    /// One retry, which the budget had.
    case paid
    /// The budget was spent: the repeat was put off by this much beyond its own time.
    case deferred(Duration)
}
