/// What an operator has told a breaker to do.
public enum BreakerMode: String, CaseIterable, Sendable {
    /// Refuse every call, until told otherwise.
    case open
    /// Let every call through, whatever comes of it, until told otherwise.
    case close
    /// Decide by itself.
    case auto
}
