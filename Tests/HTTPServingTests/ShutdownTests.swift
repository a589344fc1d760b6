import Addressing
import HTTPServing
import Logging
import ServiceLifecycle
import Testing

@Suite struct ShutdownTests {
    @Test func `graceful shutdown ends idle connections, finishes requests in flight and refuses new ones`()
        async throws
    {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (bound, continuation) = AsyncStream<HostPort>.makeStream()
        let (starts, started) = AsyncStream<Void>.makeStream()
        let gate = Gate()
        let listener = HTTPListener(
            name: "test",
            host: "127.0.0.1",
            port: 0,
            logger: logger,
            onBound: { continuation.yield($0) }
        ) { request in
            if request.path == "/slow" {
                started.yield()
                await gate.wait()
            }
            return await echo(request)
        }
        let group = ServiceGroup(services: [listener], logger: logger)
        let running = Task { try await group.run() }
        let address = try #require(await bound.first { _ in true })
        var idle = try await RawConnection.open(address.port)
        try await idle.send("GET / HTTP/1.1\r\n\r\n")
        #expect(await idle.answer().status == 200)
        var busy = try await RawConnection.open(address.port)
        try await busy.send("GET /slow HTTP/1.1\r\n\r\n")
        _ = await starts.first { true }

        await group.triggerGracefulShutdown()
        #expect(await idle.rest() == "")
        await #expect(throws: (any Error).self) { try await RawConnection.open(address.port) }
        await gate.open()
        let answer = await busy.answer()
        #expect(answer.body == "GET /slow ")
        #expect(answer.header("connection") == "close")
        try await running.value
    }
}
