public import Resilience

/// Everything that a file can set. A plain value: reading it from YAML is the executable's work, and embedding a gateway in
/// another program needs no file.
public struct GatewayConfiguration: Equatable, Sendable {
    public var server = ServerConfiguration()
    public var storage = StorageConfiguration()
    /// By name. At least one.
    public var apps: [String: AppConfiguration] = [:]
    /// By name. None means: whoever reaches the api listener on loopback is served.
    public var clients: [String: ClientConfiguration] = [:]
    public var breaker = BreakerConfiguration()
    public var retry = RetryConfiguration()
    public var queue = QueueConfiguration()
    public var relay = RelayConfiguration()
    public var upstream = UpstreamConfiguration()
    public var log = LogConfiguration()
    public var tracing = TracingConfiguration()
    public var alerts = AlertConfiguration()

    public init() {}
}
