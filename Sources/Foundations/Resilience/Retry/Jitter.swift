/// How much of a delay is left to chance, so that callers that failed together do not come back together. The names are
/// those of "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
public enum Jitter: String, CaseIterable, Sendable {
    /// Nothing: the delay as it is.
    case none
    /// Half of it: between half the delay and the whole.
    case equal
    /// All of it: between nothing and the whole delay.
    case full
}
