import Addressing
import Tracing

/// What the span of a request that came in says of it, by OpenTelemetry's conventions for HTTP servers
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
struct ServedRequest: Sendable {
    var head: RequestHead
    /// `http.route`; `nil` where no path of Weir's matched.
    var route: String?
    var status: Int
    var facts: RequestFacts

    func described() -> (name: String, attributes: SpanAttributes) {
        let method = HTTPMethod(head.method)
        var attributes: SpanAttributes = [:]
        method.tell(&attributes)
        attributes["url.scheme"] = "http"
        attributes["url.path"] = ShownURL.path(of: head.target)
        if let query = ShownURL.query(of: head.target) { attributes["url.query"] = query }
        if let route { attributes["http.route"] = route }
        attributes["http.response.status_code"] = status
        attributes["network.protocol.version"] = head.version
        if let host = head.host, let server = ServerAddress(authority: host[...], scheme: "http") {
            server.tell(&attributes)
        }
        if let peer = head.peer {
            attributes["client.address"] = peer.host
            attributes["network.peer.address"] = peer.host
            attributes["network.peer.port"] = peer.port
        }
        if let agent = head.userAgent { attributes["user_agent.original"] = agent }
        if let type = errorType { attributes["error.type"] = type }
        facts.tell(&attributes)
        return (route.map { "\(method.inName) \($0)" } ?? method.inName, attributes)
    }

    /// Only what is this server's own failure: a refusal that its caller brought about is none.
    var errorType: String? {
        facts.fault ?? (status >= 500 ? String(status) : nil)
    }
}

extension RequestFacts {
    func tell(_ attributes: inout SpanAttributes) {
        for (key, value) in pairs { attributes["weir.\(key)"] = value }
    }
}

/// A method as the conventions want it: one of those that are known, or `_OTHER` with the original beside it.
struct HTTPMethod {
    /// Of RFC 9110 and RFC 5789.
    private static let known: Set<String> = [
        "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
    ]

    private let original: String
    private let isKnown: Bool

    init(_ original: String) {
        self.original = original
        isKnown = HTTPMethod.known.contains(original)
    }

    /// What stands in a span's name.
    var inName: String { isKnown ? original : "HTTP" }

    func tell(_ attributes: inout SpanAttributes) {
        attributes["http.request.method"] = isKnown ? original : "_OTHER"
        if !isKnown { attributes["http.request.method_original"] = original }
    }
}
