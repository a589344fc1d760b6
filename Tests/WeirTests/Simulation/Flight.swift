import Timekeeping

@testable import Dispatching
@testable import Weir

/// A request on its way, its fate already decided.
struct Flight {
    var number: Int
    var request: SentRequest
    var app: String
    /// The message's recipient; `nil` for a relayed call and for a token request.
    var recipient: String?
    var result: Result<UpstreamReply, TransportFailure>
    /// Whether the settings have changed since it left.
    var isOutdated = false
    /// When Weir hears of it.
    var arrival: Instant

    var isTokenRequest: Bool { request.isTokenRequest }

    /// Whether the answer makes a lane wait, which empties its bucket.
    var isTooMuch: Bool {
        guard case .success(let reply) = result else { return false }
        return reply == .errcode(45009) || reply == .errcode(45011)
    }
}
