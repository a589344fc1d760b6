public import Intake
public import Queueing
public import RequestTracing
public import WeirPorts

/// A call to WeChat's API as an internal client made it.
///
/// The body is not asked for before it is known that the call may go.
public struct RelayRequest: Sendable {
    /// The HTTP method as the caller sent it.
    public var method: String
    /// Path and query as received.
    public var target: String
    /// The `Content-Type` header; WeChat gets it as it is.
    public var contentType: String?
    /// The `Content-Encoding` header; WeChat gets it as it is.
    public var contentEncoding: String?
    /// The `User-Agent` header; WeChat gets it as it is.
    public var userAgent: String?
    /// The `Accept` header; WeChat gets it as it is.
    public var accept: String?
    /// Bytes of the body, where its head says so.
    public var declaredLength: Int?
    /// Reads the whole body, which may have at most that many bytes. Used once, or not at all.
    public var body: @Sendable (Int) async throws(RelayBodyError) -> [UInt8]
    /// The body as it arrives, for an upload whose length is known; `nil` where there is no such thing. Used in place of `body`.
    public var stream: @Sendable () -> (any StreamedBody)?
    /// `X-Weir-Priority`.
    public var priority: Priority?
    /// `X-Weir-Retry-Class`.
    public var retryClass: String?
    /// `X-Weir-Timeout`.
    public var timeout: Duration?
    /// What is known of the request, and the span that its attempts belong to.
    public var trace: RequestTrace

    /// A request whose body is yet to be read.
    public init(
        method: String,
        target: String,
        trace: RequestTrace,
        body: @escaping @Sendable (Int) async throws(RelayBodyError) -> [UInt8]
    ) {
        self.method = method
        self.target = target
        self.trace = trace
        self.body = body
        stream = { nil }
    }

    /// A request whose body is at hand.
    public init(method: String, target: String, body: [UInt8] = [], trace: RequestTrace) {
        self.init(method: method, target: target, trace: trace) { limit throws(RelayBodyError) in
            guard body.count <= limit else { throw .tooLarge(limit: limit) }
            return body
        }
        declaredLength = body.count
    }
}
