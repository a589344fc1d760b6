public import Timekeeping

/// One call of `stable_token`. Its number ties the answer to it.
public struct TokenFetch: Equatable, Sendable {
    public let number: UInt64
    public let startedAt: Instant
}
