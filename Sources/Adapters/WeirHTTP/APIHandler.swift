public import HTTPServing
import Queueing
import Timekeeping
import WeChat
public import Weir

/// The api listener: the messages API under `/v1`, everything else is WeChat's.
public struct APIHandler: Sendable {
    let gateway: Gateway

    /// Starts nothing: the gateway runs as a service of its own.
    public init(gateway: Gateway) {
        self.gateway = gateway
    }

    /// Answers one request.
    public func answer(_ request: IncomingRequest) async -> OutgoingReply {
        let destination = Route.destination(of: request.path, on: .api)
        return await gateway.request(
            traceparent: request.header("traceparent"),
            head: destination.isWorthASpan ? RequestHead(request) : nil
        ) { trace in
            let answer = await answer(request, destination, trace: trace)
            var result = RequestAnswer(
                answer.reply,
                route: answer.label,
                method: KnownMethod.label(request.method),
                status: answer.reply.status,
                template: answer.template
            )
            result.isWait = answer.reply.headers.contains {
                $0.name == WaitPreference.applied && $0.value != WaitPreference.representation
            }
            return result
        }
    }

    /// Apart, so that a message has no frame for a relayed call.
    @inline(never)
    private func relay(_ request: IncomingRequest, trace: RequestTrace) async -> Answer {
        let reply = await gateway.relay(call(request, trace: trace)) { request.connection.onHangup($0) }
        if reply.refusal == .unknownClient {
            request.noteStranger(in: trace)
        } else if reply.isForeign {
            gateway.foreignToken(from: request.stranger(), api: reply.api, trace: trace)
        }
        // Paths that nobody knows are one route: there are any number of them.
        let template = reply.api.hasPrefix("/") ? reply.api : "/{path}"
        return Answer("relay", template, reply.connection == .aborts ? .noAnswer : OutgoingReply(reply))
    }

    private func call(_ request: IncomingRequest, trace: RequestTrace) -> RelayRequest {
        var call = RelayRequest(
            method: request.method,
            target: request.target,
            trace: trace,
            body: request.unreadBody
        )
        call.declaredLength = request.declaredLength
        call.stream = { request.stream().map(ArrivingUpload.init) }
        call.contentType = request.header("content-type")
        call.contentEncoding = request.header("content-encoding")
        call.userAgent = request.header("user-agent")
        call.accept = request.header("accept")
        call.priority = request.header("x-weir-priority").flatMap { Priority(name: $0) }
        call.retryClass = request.header("x-weir-retry-class")
        call.timeout = timeout(request)
        return call
    }

    /// `X-Weir-Timeout`, in seconds, up to five minutes.
    private func timeout(_ request: IncomingRequest) -> Duration? {
        guard let text = request.header("x-weir-timeout"), let seconds = Double(text), seconds > 0, seconds <= 300
        else { return nil }
        return .milliseconds(Int64(seconds * 1000))
    }

    /// A reply, with the metric label and the template of the path that was answered.
    private struct Answer {
        var label: String
        var template: String?
        var reply: OutgoingReply

        init(_ label: String, _ template: String?, _ reply: OutgoingReply) {
            self.label = label
            self.template = template
            self.reply = reply
        }
    }

    private func answer(
        _ request: IncomingRequest,
        _ destination: Route.Destination,
        trace: RequestTrace
    ) async -> Answer {
        switch destination {
        case .relay:
            return await relay(request, trace: trace)
        case .unknown:
            trace.note { $0.isStranger = true }
            let message = "no such path; GET /openapi.yaml lists them"
            return Answer(Route.unknownLabel, nil, Envelope.failure(404, "not_found", message, traceID: trace.id))
        // To take one message is short work, and has a short way.
        case .own(let route, _) where route.name == .messages && request.method == "POST":
            let messages = MessageRoutes(handler: self, request: request, trace: trace)
            return Answer(route.label, route.pattern, await messages.answerMessage())
        case .own(let route, let arguments):
            return Answer(route.label, route.pattern, await answer(request, route, arguments, trace: trace))
        }
    }

    /// All other paths of Weir's own. Apart for the same reason.
    @inline(never)
    private func answer(
        _ request: IncomingRequest,
        _ route: Route,
        _ arguments: [String],
        trace: RequestTrace
    ) async -> OutgoingReply {
        guard let method = route.method(request.method) else {
            trace.note { $0.isStranger = true }
            return Envelope.methodNotAllowed(route.allowed, traceID: trace.id)
        }
        if let reply = OpenRoutes(gateway: gateway).answer(route) { return reply }
        let messages = MessageRoutes(handler: self, request: request, trace: trace)
        // Listings, explanations and the rest are not for an event loop.
        let reply = await withTaskExecutorPreference(globalConcurrentExecutor) {
            await messages.answer(route.name, method, arguments)
        }
        let who = messages.asker(status: reply.status)
        let action = request.action(at: .own(route, arguments), by: who, on: .api, status: reply.status)
        if let action { await gateway.acted(action, trace: trace) }
        return reply
    }
}

extension RequestHead {
    fileprivate init(_ request: IncomingRequest) {
        self.init(method: request.method, target: request.target, version: request.protocolVersion)
        host = request.host
        peer = request.peerWithPort
        userAgent = request.header("user-agent")
        traceState = request.joinedHeader("tracestate")
    }
}

extension OutgoingReply {
    init(_ reply: RelayReply) {
        self.init(status: reply.status, body: reply.body)
        headers.reserveCapacity(reply.headers.count)
        for field in reply.headers {
            if let bytes = field.rawValue {
                rawHeaders.append((field.name, bytes))
            } else {
                headers.append((field.name, field.value))
            }
        }
        closesConnection = reply.connection == .closes
        hold = reply.hold
    }
}

extension RelayBodyError {
    init(_ error: BodyError) {
        switch error {
        case .tooLarge(let limit): self = .tooLarge(limit: limit)
        case .incomplete: self = .incomplete
        case .overloaded: self = .overloaded
        }
    }
}

/// A request's body as the transport reads it: the listener's reader behind the port.
struct ArrivingUpload: StreamedBody {
    let reader: BodyReader

    var length: Int { reader.length }

    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart {
        switch reader.read(upTo: limit, orWake: wake) {
        case .bytes(let bytes): .bytes(bytes)
        case .later: .later
        case .failed: .failed
        }
    }
}

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
        let apps = gateway.appsReadiness()
        let (relay, messages) = (gateway.relayProblem() ?? apps.problem, gateway.messagesProblem())
        let body = "relay: \(relay ?? "ok")\nmessages: \(messages ?? "ok")\napps: \(apps.line)\n"
        return .plain(relay != nil && messages != nil ? 503 : 200, body)
    }

    private func readyForMessages() -> OutgoingReply {
        let problem = gateway.messagesProblem()
        return .plain(problem == nil ? 200 : 503, "messages: \(problem ?? "ok")\n")
    }
}

/// HTTP methods as a bounded metric label.
enum KnownMethod {
    private static let known: Set<String> = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]

    static func label(_ method: String) -> String {
        known.contains(method) ? method : "other"
    }
}
