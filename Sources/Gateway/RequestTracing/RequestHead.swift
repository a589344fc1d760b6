public import Addressing
import Timekeeping
import Tracing

/// An HTTP request as it came in, as far as its span tells of it. Only made where traces are kept.
public struct RequestHead: Sendable {
    /// The method in the caller's own spelling.
    public var method: String
    /// Path and query as received. It may hold secrets, which no span gets to see.
    public var target: String
    /// What the caller called this server: the `Host` header.
    public var host: String?
    /// The other end of the connection.
    public var peer: HostPort?
    /// Of HTTP: `1.0` or `1.1`.
    public var version: String
    /// The `User-Agent` header.
    public var userAgent: String?
    /// The `tracestate` header.
    public var traceState: String?

    /// A request of which no more is known than its first line.
    public init(method: String, target: String, version: String = "1.1") {
        self.method = method
        self.target = target
        self.version = version
    }
}

/// A request's span with what it will say.
final class RequestSpan: Sendable {
    let span: any Span
    /// `nil` where the request came in by no HTTP.
    let head: RequestHead?

    init(_ span: any Span, head: RequestHead?) {
        self.span = span
        self.head = head
    }

    /// Whether its trace was chosen. Of a tracer that doesn't say it is true.
    var isSampled: Bool { (span as? any SelectiveSpan)?.isSampled ?? true }
}
