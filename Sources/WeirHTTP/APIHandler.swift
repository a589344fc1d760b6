public import HTTPServing
import Queueing
public import Timekeeping
import WeChat
public import Weir

/// The api listener: the messages API under `/v1`, everything else is WeChat's.
public struct APIHandler: Sendable {
    let gateway: Gateway
    let trace: TraceContext
    let time: any TimeSource

    public init(gateway: Gateway, trace: TraceContext, time: any TimeSource) {
        self.gateway = gateway
        self.trace = trace
        self.time = time
    }

    /// Bytes of a relayed body.
    static let relayLimit = 20 << 20

    /// Answers one request.
    public func answer(_ request: IncomingRequest) async -> OutgoingReply {
        let began = time.now()
        let traceID = trace.id(traceparent: request.header("traceparent"))
        let path = request.path
        let (route, reply) = await answer(request, path: path, traceID: traceID)
        gateway.metrics.answered(
            route: route,
            method: KnownMethod.label(request.method),
            status: reply.status,
            took: time.now() - began
        )
        return reply
    }

    private func relay(_ request: IncomingRequest, traceID: String) async -> OutgoingReply {
        var call = RelayRequest(method: request.method, target: request.target, traceID: traceID)
        do throws(BodyError) {
            call.body = try await request.body(upTo: APIHandler.relayLimit)
        } catch {
            guard case .tooLarge(let limit) = error else { return .abort(.close) }
            var reply = OutgoingReply(gateway.relayTooLarge(call, limit: limit))
            reply.closesConnection = true
            return reply
        }
        call.contentType = request.header("content-type")
        call.userAgent = request.header("user-agent")
        call.accept = request.header("accept")
        call.priority = request.header("x-weir-priority").flatMap { Priority(name: $0) }
        call.retryClass = request.header("x-weir-retry-class")
        call.timeout = timeout(request)
        let reply = await gateway.relay(call) { request.connection.onHangup($0) }
        return OutgoingReply(reply)
    }

    /// `X-Weir-Timeout`, in seconds, up to five minutes.
    private func timeout(_ request: IncomingRequest) -> Duration? {
        guard let text = request.header("x-weir-timeout"), let seconds = Double(text), seconds > 0, seconds <= 300
        else { return nil }
        return .milliseconds(Int64(seconds * 1000))
    }

    private func answer(
        _ request: IncomingRequest,
        path: Substring,
        traceID: String
    ) async -> (route: String, reply: OutgoingReply) {
        if path == "/openapi.yaml" { return ("/openapi.yaml", OpenAPIDocument.reply) }
        guard path.hasPrefix("/v1/") else { return ("relay", await relay(request, traceID: traceID)) }
        return await MessageRoutes(handler: self, request: request, traceID: traceID).answer(path)
    }
}

extension OutgoingReply {
    init(_ reply: RelayReply) {
        self.init(status: reply.status, headers: reply.headers.map { ($0.name, $0.value) }, body: reply.body)
    }
}
