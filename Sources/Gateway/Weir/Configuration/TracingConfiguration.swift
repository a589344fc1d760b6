/// Where traces go and which.
public struct TracingConfiguration: Equatable, Sendable {
    /// The base of an OTLP/HTTP collector such as `http://127.0.0.1:4318`, to which `/v1/traces` is appended unless it
    /// ends so; `nil` for no traces at all.
    public var endpoint: String?
    /// Sent with each request to the collector, names in lower case. The values are secrets.
    public var headers: [String: String] = [:]
    /// The share of traces, 0 to 1, that is exported where a caller does not decide. Failures are exported besides.
    public var ratio = 0.01

    public init() {}
}
