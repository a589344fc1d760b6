public import HTTPServing
import Queueing
import Timekeeping
import WeChat
public import Weir

/// The api listener: the messages API under `/v1`, everything else is WeChat's.
public struct APIHandler: Sendable {
    let gateway: Gateway

    public init(gateway: Gateway) {
        self.gateway = gateway
    }

    /// Answers one request.
    public func answer(_ request: IncomingRequest) async -> OutgoingReply {
        let path = request.path
        let name = path.hasPrefix("/v1/") ? MessageRoute(path).spanName(request.method) : "relay"
        let trace = gateway.began(name, traceparent: request.header("traceparent"))
        let (route, reply) = await answer(request, path: path, trace: trace)
        let method = KnownMethod.label(request.method)
        gateway.finished(trace, route: route, method: method, status: reply.status)
        return reply
    }

    private func relay(_ request: IncomingRequest, trace: RequestTrace) async -> OutgoingReply {
        var call = RelayRequest(method: request.method, target: request.target, trace: trace) {
            limit async throws(RelayBodyError) in
            do throws(BodyError) { return try await request.body(upTo: limit) } catch { throw RelayBodyError(error) }
        }
        call.declaredLength = request.declaredLength
        call.stream = { request.stream().map(ArrivingUpload.init) }
        call.contentType = request.header("content-type")
        call.contentEncoding = request.header("content-encoding")
        call.userAgent = request.header("user-agent")
        call.accept = request.header("accept")
        call.priority = request.header("x-weir-priority").flatMap { Priority(name: $0) }
        call.retryClass = request.header("x-weir-retry-class")
        call.timeout = timeout(request)
        let reply = await gateway.relay(call) { request.connection.onHangup($0) }
        if reply.connection == .aborts { return .abort(.close) }
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
        trace: RequestTrace
    ) async -> (route: String, reply: OutgoingReply) {
        if path == "/openapi.yaml" { return ("/openapi.yaml", OpenAPIDocument.reply) }
        guard path.hasPrefix("/v1/") else { return ("relay", await relay(request, trace: trace)) }
        return await MessageRoutes(handler: self, request: request, trace: trace).answer(path)
    }
}

extension OutgoingReply {
    init(_ reply: RelayReply) {
        self.init(status: reply.status, headers: reply.headers.map { ($0.name, $0.value) }, body: reply.body)
        closesConnection = reply.connection == .closes
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
