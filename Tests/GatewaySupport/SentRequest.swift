package import WeirPorts

/// A request that the fake transport was given.
package struct SentRequest: Sendable {
    package var request: UpstreamRequest
    package var completion: @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    package var isAnswered = false

    package init(
        request: UpstreamRequest,
        completion: @escaping @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    ) {
        self.request = request
        self.completion = completion
    }

    package var body: String { String(decoding: request.body ?? [], as: UTF8.self) }

    package var isTokenRequest: Bool { request.target == "/cgi-bin/stable_token" }

    package var path: String { String(request.target.prefix { $0 != "?" }) }
}
