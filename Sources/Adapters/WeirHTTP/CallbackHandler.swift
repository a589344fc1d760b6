import Callbacks
public import HTTPServing
import WeChatCallback
public import Weir

/// The callback listener: the only one that WeChat reaches. It knows the apps' callback paths and nothing else.
///
/// Whatever is refused is refused in the same words, so that nobody learns by them what was wrong.
public struct CallbackHandler: Sendable {
    let gateway: Gateway

    /// Starts nothing: the gateway runs as a service of its own.
    public init(gateway: Gateway) {
        self.gateway = gateway
    }

    /// The metric label of all its paths.
    static let label = "callback"

    /// Answers one request.
    public func answer(_ request: IncomingRequest) async -> OutgoingReply {
        await gateway.request(traceparent: nil, head: nil) { trace in
            let answer = await gateway.callback(CallbackRequest(request, trace: trace))
            if answer == .refused || answer == .unknown { request.noteStranger(in: trace) }
            let reply = OutgoingReply(answer)
            return RequestAnswer(
                reply,
                route: CallbackHandler.label,
                method: KnownMethod.label(request.method),
                status: reply.status
            )
        }
    }
}

extension GatewayMetrics {
    /// The callback listener's answers begin at 0.
    public func registerCallbackRoute() {
        registerRoute(CallbackHandler.label, methods: ["GET", "POST"], statuses: [200, 403, 404, 503])
    }
}

extension CallbackRequest {
    init(_ request: IncomingRequest, trace: RequestTrace) {
        let items = QueryItems(request.query)
        let query = CallbackAccount.Query(
            signature: items["signature"],
            timestamp: items["timestamp"] ?? "",
            nonce: items["nonce"] ?? "",
            messageSignature: items["msg_signature"],
            echo: items["echostr"]
        )
        let method: Method? =
            switch request.method {
            case "GET": .ask
            case "POST": .push
            default: nil
            }
        self.init(method: method, path: String(request.path), query: query, trace: trace) {
            limit async throws(CallbackBodyError) in
            do throws(BodyError) { return try await request.body(upTo: limit) } catch {
                guard case .tooLarge = error else { throw .incomplete }
                throw .tooLarge
            }
        }
    }
}

extension OutgoingReply {
    init(_ answer: CallbackAnswer) {
        switch answer {
        case .echo(let text): self = .plain(200, text)
        case .success: self = .plain(200, "success")
        case .unknown: self = .plain(404, "not found\n")
        case .wrongMethod:
            self = .plain(405, "use GET or POST\n")
            headers.append(("Allow", "GET, POST"))
        case .refused: self = .plain(403, "refused\n")
        case .tooLarge:
            self = .plain(413, "refused\n")
            closesConnection = true
        case .unavailable:
            self = .plain(503, "try again\n")
            headers.append(("Retry-After", "5"))
        }
    }
}
