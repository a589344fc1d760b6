/// What a failure says about trying again.
public enum RetryAdvice: Equatable, Sendable {
    /// It may help, not before `pushback` if the other side asked for a wait.
    case retry(pushback: Duration? = nil)
    /// It would not help, or is not safe.
    case stop
}
