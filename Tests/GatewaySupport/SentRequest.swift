import Weir

/// A request that the fake transport was given.
struct SentRequest: Sendable {
    var request: UpstreamRequest
    var completion: @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    var isAnswered = false

    var body: String { String(decoding: request.body ?? [], as: UTF8.self) }

    var isTokenRequest: Bool { request.target == "/cgi-bin/stable_token" }

    var path: String { String(request.target.prefix { $0 != "?" }) }
}
