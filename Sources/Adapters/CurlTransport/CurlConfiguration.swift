/// How a `CurlTransport` reaches its upstreams. The environment (`http_proxy`, `.netrc` …) plays no part.
public struct CurlConfiguration: Equatable, Sendable {
    /// A proxy's address such as `http://proxy.internal:3128`; `nil` goes straight to the upstream.
    public var proxy: String?
    /// A PEM file of the authorities to trust in place of the system's.
    public var caFile: String?
    /// The most exchanges, and so connections, under way at once; 1 or more. Further requests wait in order.
    public var maxConnections: Int
    /// The most requests handed over and not yet answered, waiting ones included; further ones are refused.
    public var maxOutstanding: Int
    /// The most bytes of reply bodies in memory at once, those that nobody has let go of included; 1 or more. Bodies up to
    /// 64 KiB don't count. A reply that finds no room is not read on until there is some, or its time is over.
    public var replyBudget: Int
    /// A connection unused for longer is closed, not used again. Whole seconds, at least 1.
    public var idleConnectionAge: Duration
    /// A connection older than this is not used again, so that a change of the host's address is followed. Whole
    /// seconds, at least 1.
    public var connectionLifetime: Duration
    /// Whether HTTP/2 is offered to upstreams that are reached by TLS.
    public var http2: Bool

    public init(
        proxy: String? = nil,
        caFile: String? = nil,
        maxConnections: Int = 256,
        maxOutstanding: Int = 20_000,
        replyBudget: Int = 128 << 20,
        idleConnectionAge: Duration = .seconds(30),
        connectionLifetime: Duration = .seconds(300),
        http2: Bool = true
    ) {
        self.proxy = proxy
        self.caFile = caFile
        self.maxConnections = maxConnections
        self.maxOutstanding = maxOutstanding
        self.replyBudget = replyBudget
        self.idleConnectionAge = idleConnectionAge
        self.connectionLifetime = connectionLifetime
        self.http2 = http2
    }
}
