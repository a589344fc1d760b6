public import Timekeeping

/// One call of `stable_token`. Its number ties the answer to it.
public struct TokenFetch: Equatable, Sendable {
    /// Counts from 1.
    public let number: UInt64
    /// When it was begun.
    public let startedAt: Instant
}
