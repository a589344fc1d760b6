public import Queueing

/// A call to WeChat's API as an internal client made it.
public struct RelayRequest: Sendable {
    public var method: String
    /// Path and query as received.
    public var target: String
    public var contentType: String?
    public var userAgent: String?
    public var accept: String?
    public var body: [UInt8]
    /// `X-Weir-Priority`.
    public var priority: Priority?
    /// `X-Weir-Retry-Class`.
    public var retryClass: String?
    /// `X-Weir-Timeout`.
    public var timeout: Duration?
    /// What is known of the request, and the span that its attempts belong to.
    public var trace: RequestTrace

    public init(method: String, target: String, body: [UInt8] = [], trace: RequestTrace) {
        self.method = method
        self.target = target
        self.body = body
        self.trace = trace
    }
}
