/// What becomes of work whose attempt failed.
public enum RetryDecision: Equatable, Sendable {
    /// Try again after this time. `fast` tells one of the first few attempts from a step of the ladder.
    case retry(after: Duration, fast: Bool)
    /// Nothing is left to try.
    case giveUp(RetryExhaustion)
}
