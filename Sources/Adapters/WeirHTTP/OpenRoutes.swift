import HTTPServing
import Weir

/// What everybody may ask on either listener: health and the description. A balancer in front of the api listener needs an answer
/// of Weir's own there, not one of the relay's, which are all HTTP 200.
struct OpenRoutes: Sendable {
    let gateway: Gateway

    /// `nil` for any other path.
    func answer(_ route: Route) -> OutgoingReply? {
        switch route.name {
        case .health: .plain(200, "ok\n")
        case .ready: ready()
        case .readyForMessages: readyForMessages()
        case .description: OpenAPIDocument.reply
        default: nil
        }
    }

    private func ready() -> OutgoingReply {
        let (relay, messages) = (gateway.relayProblem(), gateway.messagesProblem())
        let body = "relay: \(relay ?? "ok")\nmessages: \(messages ?? "ok")\n"
        return .plain(relay != nil && messages != nil ? 503 : 200, body)
    }

    private func readyForMessages() -> OutgoingReply {
        let problem = gateway.messagesProblem()
        return .plain(problem == nil ? 200 : 503, "messages: \(problem ?? "ok")\n")
    }
}
