/// What a listener puts up with from its peers.
public struct ListenerLimits: Equatable, Sendable {
    /// Bytes of request target and header fields together; more is answered 431.
    public var headerBytes = 32 * 1024

    /// From the connection, or from a later request's first byte, to complete headers; then 408, or a plain close if
    /// nothing at all came.
    public var headerTimeout: Duration = .seconds(10)

    /// How long a keep-alive connection may stay without a request.
    public var idleTimeout: Duration = .seconds(75)

    /// From complete headers to a complete body, and from an answer to the peer having read it.
    public var bodyTimeout: Duration = .seconds(60)

    /// How long to go on discarding what a peer still sends after an answer that ends the connection, so that the
    /// answer reaches it before the close does.
    public var lingerTimeout: Duration = .seconds(2)

    /// Connections at once; further ones wait in the kernel's backlog.
    public var maxConnections = 10_000

    /// Message parts of pipelined requests held while an earlier one is handled; more closes the connection.
    public var maxPipelinedParts = 1024

    /// Bytes of a body held before anybody asked for it; then its connection isn't read until somebody does.
    public var unclaimedBodyBytes = 64 * 1024

    public init() {}
}
