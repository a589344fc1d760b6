/// What a failed fetch changed.
public enum TokenSetback: Equatable, Sendable {
    /// A fault is new, or has another code than before: worth an alert.
    case faulted(TokenFault)
    /// The known fault stands.
    case stillFaulted(TokenFault)
    /// It will be tried again.
    case retrying
    /// The fetch had been given up before.
    case ignored
}
