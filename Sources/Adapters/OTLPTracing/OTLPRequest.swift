/// One `POST` to a collector.
public struct OTLPRequest: Sendable {
    /// The whole address with scheme, host, port and path.
    public var url: String
    /// To be sent as they are; names in lower case. Some values may be secrets.
    public var headers: [(name: String, value: String)]
    /// An `ExportTraceServiceRequest` in protobuf.
    public var body: [UInt8]
    /// After which the sender gives up and tells `.failed`.
    public var timeout: Duration

    public init(url: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Duration) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}
