/// One HTTP request as it leaves Weir. It holds a real access_token: never print it.
public struct UpstreamRequest: Sendable {
    /// The HTTP method in capitals.
    public var method: String
    /// Scheme and authority without a trailing slash, such as `https://api.weixin.qq.com`.
    public var origin: String
    /// Path and query, beginning with a slash, percent-encoded as it goes on the wire.
    public var target: String
    /// Headers beside Host and Content-Length, which the transport sets.
    public var headers: [HTTPField]
    /// The whole body; `nil` sends none, an empty one sends `Content-Length: 0`.
    public var body: [UInt8]?
    /// Sent in place of `body`, as it comes.
    public var stream: (any StreamedBody)?
    /// By which the request can be taken back while it is under way.
    public var cancelSignal: CancelSignal?
    /// From hand-over to the last byte of the reply.
    public var timeout: Duration
    /// How long a connection may take to be set up, TLS included.
    public var connectTimeout: Duration
    /// The longest reply body that is read; a longer one is a failure of kind `tooLarge`.
    public var replyLimit: Int

    public init(
        method: String,
        origin: String,
        target: String,
        headers: [HTTPField] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(5),
        connectTimeout: Duration = .seconds(1),
        replyLimit: Int = 20 << 20
    ) {
        self.method = method
        self.origin = origin
        self.target = target
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.replyLimit = replyLimit
    }
}
