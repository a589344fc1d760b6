/// The way out.
public struct UpstreamConfiguration: Equatable, Sendable {
    /// Attempts in flight at once, over all apps.
    public var maxInFlight = 256
    /// How long a message's attempt may take.
    public var timeout = Duration.seconds(5)
    /// How long a connection may take to be set up.
    public var connectTimeout = Duration.seconds(1)
    /// `http://host:port` of a forward proxy. The environment's proxy variables are never read.
    public var proxy: String?
    /// A PEM file of certificate authorities to trust in place of the system's.
    public var caFile: String?

    public init() {}
}
