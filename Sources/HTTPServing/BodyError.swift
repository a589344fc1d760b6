/// Why a request's body could not be had.
public enum BodyError: Error, Equatable, Sendable {
    /// The body is longer than the `limit` in bytes that the reader allowed. The connection closes after the answer.
    case tooLarge(limit: Int)

    /// The peer went away, broke its own framing or was too slow (``ListenerLimits/bodyTimeout``) before the body ended.
    case incomplete
}
