/// What a listener puts up with from its peers.
public struct ListenerLimits: Equatable, Sendable {
    /// Bytes of request target and header fields together; more is answered 431.
    public var headerBytes = 32 * 1024

    /// From the connection, or from a later request's first byte, to complete headers; then 408, or a plain close if
    /// nothing at all came.
    public var headerTimeout: Duration = .seconds(10)

    /// How long a keep-alive connection may stay without a request.
    public var idleTimeout: Duration = .seconds(75)

    /// From complete headers to a complete body, of which the wait for memory may be a part; counted anew once it is had. A
    /// body that is streamed takes as long as its reader lets it.
    public var bodyTimeout: Duration = .seconds(60)

    /// How often it is looked whether a peer that sends a large body or takes an answer is quick enough.
    public var progressInterval: Duration = .seconds(10)

    /// Bytes a second that a peer must send or take at least on average over ``progressInterval``, while memory is kept for
    /// it; then its body counts as incomplete, or its connection closes.
    public var minimumRate = 8 * 1024

    /// How long to go on discarding what a peer still sends after an answer that ends the connection, so that the
    /// answer reaches it before the close does.
    public var lingerTimeout: Duration = .seconds(2)

    /// Connections at once; further ones wait in the kernel's backlog.
    public var maxConnections = 10_000

    /// Message parts of pipelined requests held while an earlier one is handled; more closes the connection.
    public var maxPipelinedParts = 1024

    /// Bytes of a body held before anybody asked for it; then its connection isn't read until somebody does. What one read
    /// brings may pass it by at most 64 KiB.
    public var unclaimedBodyBytes = 16 * 1024

    public init() {}

    /// What ``minimumRate`` means for one ``progressInterval``, in bytes.
    var minimumProgress: Int {
        let (seconds, attoseconds) = progressInterval.components
        return max(1, Int(Double(minimumRate) * (Double(seconds) + Double(attoseconds) / 1e18)))
    }
}
