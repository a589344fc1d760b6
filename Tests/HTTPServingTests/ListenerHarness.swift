import Addressing
import HTTPServing
import Logging
import Resilience
import ServiceLifecycle

/// Runs a listener of any free port while `test` runs.
func withListener(
    _ limits: ListenerLimits = ListenerLimits(),
    bodyBudget: ByteBudget? = nil,
    handler: @escaping @Sendable (IncomingRequest) async -> OutgoingReply,
    test: (Int) async throws -> Void
) async throws {
    let (bound, continuation) = AsyncStream<HostPort>.makeStream()
    let listener = HTTPListener(
        name: "test",
        host: "127.0.0.1",
        port: 0,
        limits: limits,
        bodyBudget: bodyBudget,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        onBound: { continuation.yield($0) },
        handler: handler
    )
    let running = Task { try await listener.run() }
    defer { running.cancel() }
    var addresses = bound.makeAsyncIterator()
    guard let address = await addresses.next() else { return }
    try await test(address.port)
}

/// Answers with what it got: method, target and body.
@Sendable func echo(_ request: IncomingRequest) async -> OutgoingReply {
    do throws(BodyError) {
        let body = try await request.body(upTo: 1000)
        return OutgoingReply(
            status: 200,
            headers: [("Content-Type", "text/plain")],
            body: Array("\(request.method) \(request.target) ".utf8) + body
        )
    } catch .tooLarge {
        return OutgoingReply(status: 413)
    } catch {
        return OutgoingReply(status: 400, body: Array("incomplete".utf8))
    }
}
