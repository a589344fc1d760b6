import HTTPServing
import NIOCore
import Resilience
import Testing

@Suite struct ReplyTakingTests {
    private static let size = 20_000_000

    private func reply(_ budget: ByteBudget, closes: Bool = false) async -> OutgoingReply {
        var reply = OutgoingReply(status: 200, body: [UInt8](repeating: 97, count: Self.size), closesConnection: closes)
        reply.hold = await hold(budget, Self.size)
        return reply
    }

    private func hold(_ budget: ByteBudget, _ bytes: Int) async -> ByteHold {
        await withCheckedContinuation { continuation in
            _ = budget.wait(for: bytes) { continuation.resume(returning: $0) }
        }
    }

    @Test(arguments: [false, true])
    func `a peer that takes nothing loses its connection, and the memory is free`(closes: Bool) async throws {
        var limits = ListenerLimits()
        limits.progressInterval = .milliseconds(200)
        let budget = ByteBudget(limit: Self.size)
        let (held, telling) = AsyncStream.makeStream(of: Void.self)
        try await withListener(
            limits,
            handler: { _ in
                let reply = await reply(budget, closes: closes)
                telling.finish()
                return reply
            }
        ) { port in
            let peer = try await RawConnection.open(port, reads: false)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            // Not by looking at the budget, which may be free again before this task looks.
            for await _ in held {}
            await hold(budget, Self.size).release()
            try await peer.close()
        }
    }

    @Test func `a large answer is taken whole, the next one too, and its memory is free by then`() async throws {
        let budget = ByteBudget(limit: Self.size)
        try await withListener(handler: { _ in await reply(budget) }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n")
            #expect(await peer.answer().body.utf8.count == Self.size)
            #expect(await peer.answer().body.utf8.count == Self.size)
            await hold(budget, Self.size).release()
            try await peer.send("HEAD / HTTP/1.1\r\n\r\n")
            #expect(await peer.answer(toHead: true).header("content-length") == "\(Self.size)")
            await hold(budget, Self.size).release()
        }
    }

    @Test func `a peer that goes in the middle leaves the memory`() async throws {
        let budget = ByteBudget(limit: Self.size)
        let (held, telling) = AsyncStream.makeStream(of: Void.self)
        try await withListener(handler: { _ in
            let reply = await reply(budget)
            telling.finish()
            return reply
        }) { port in
            let peer = try await RawConnection.open(port, reads: false)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            for await _ in held {}
            try await peer.close()
            await hold(budget, Self.size).release()
        }
    }
}
