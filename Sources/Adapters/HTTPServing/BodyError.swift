/// Why a request's body could not be had.
public enum BodyError: Error, Equatable, Sendable {
    /// The body is longer than the `limit` in bytes that the reader allowed. The connection closes after the answer.
    case tooLarge(limit: Int)

    /// The peer went away, broke its own framing or was too slow (``ListenerLimits/bodyTimeout``,
    /// ``ListenerLimits/minimumRate``) before the body ended.
    case incomplete

    /// Other requests' bodies took all the memory there is for bodies until ``ListenerLimits/bodyTimeout`` was over. The
    /// peer did nothing wrong and may come back. The connection closes after the answer.
    case overloaded
}
