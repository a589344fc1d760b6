internal import NIOHTTP1

/// Why a request is refused before any handler sees it. The body says it to people, as the handlers' refusals do.
struct Refusal: Equatable {
    let status: Int
    let error: String
    /// Has neither quotes nor anything of the request's own.
    let message: String

    var reply: OutgoingReply {
        OutgoingReply(
            status: status,
            headers: [("Content-Type", "application/json; charset=utf-8")],
            body: Array(#"{"code":\#(status),"message":"\#(message)","error":"\#(error)"}"#.utf8)
        )
    }

    static func headersTooLong(_ limits: ListenerLimits) -> Refusal {
        Refusal(
            status: 431,
            error: "too_large",
            message:
                "target and headers are over \(limits.headerBytes) bytes or 1000 fields: send less, or move it to the body"
        )
    }

    static func headersTooSlow(_ limits: ListenerLimits) -> Refusal {
        Refusal(
            status: 408,
            error: "too_slow",
            message:
                "the headers were not complete within \(limits.headerTimeout.components.seconds) s: send them at once"
        )
    }

    static let connect = Refusal(
        status: 501,
        error: "not_served",
        message: "CONNECT is not served, as this is no proxy: take this address as the base URL"
    )
    static let twoFramings = malformed("Content-Length and Transfer-Encoding exclude each other: send one of them")
    static let twoHosts = malformed("there is more than one Host header: send one")
    static let endedEarly = malformed("the connection's sending half was closed before the headers ended")

    init(status: Int, error: String, message: String) {
        self.status = status
        self.error = error
        self.message = message
    }

    /// What the parser could not read.
    init(_ error: HTTPParserError, limits: ListenerLimits) {
        switch error {
        case .headerOverflow:
            self = .headersTooLong(limits)
        case .invalidURL, .invalidPath, .invalidQueryString, .invalidFragment, .invalidHost, .invalidPort:
            self = .malformed("the request target has a space, a control character or no path: percent-encode it")
        case .invalidConstant, .invalidVersion:
            self = .malformed(
                "the request line does not end in HTTP/1.1: percent-encode spaces in the target, and speak HTTP/1.1"
            )
        case .invalidMethod:
            self = .malformed("the request does not begin with a method: is it TLS, or the rest of a longer body?")
        case .invalidContentLength, .unexpectedContentLength, .invalidChunkSize:
            self = .malformed(
                "Content-Length or Transfer-Encoding can't be understood: send the exact length or proper chunks"
            )
        case .invalidHeaderToken, .lfExpected:
            self = .malformed("a header line has a character that headers can't have")
        default:
            // The parser has no name of its own for a Transfer-Encoding that it doesn't take.
            self = .malformed(
                "this is no HTTP/1.1 request, or its Content-Length and Transfer-Encoding exclude each other"
            )
        }
    }

    private static func malformed(_ message: String) -> Refusal {
        Refusal(status: 400, error: "malformed", message: message)
    }
}
