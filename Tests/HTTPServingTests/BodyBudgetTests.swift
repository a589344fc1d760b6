import HTTPServing
import NIOCore
import Resilience
import Testing

@Suite struct BodyBudgetTests {
    private static let size = 1_000_000

    @Sendable private static func count(_ request: IncomingRequest) async -> OutgoingReply {
        do throws(BodyError) {
            return OutgoingReply(status: 200, body: Array("\(try await request.body(upTo: 2_000_000).count)".utf8))
        } catch {
            return OutgoingReply(status: error == .overloaded ? 503 : 400)
        }
    }

    private func send(_ peer: RawConnection, isChunked: Bool) -> Task<Void, any Error> {
        let channel = peer.channel
        let body = [UInt8](repeating: 97, count: Self.size)
        let head =
            isChunked
            ? "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\(String(Self.size, radix: 16))\r\n"
            : "POST / HTTP/1.1\r\nContent-Length: \(Self.size)\r\n\r\n"
        return Task {
            var buffer = ByteBuffer(string: head)
            buffer.writeBytes(body)
            if isChunked { buffer.writeString("\r\n0\r\n\r\n") }
            try await channel.writeAndFlush(buffer).get()
        }
    }

    @Test(arguments: [false, true])
    func `large bodies wait for memory and are then had whole`(isChunked: Bool) async throws {
        let budget = ByteBudget(limit: 2_000_000)
        let other = budget.take(2_000_000)
        try await withListener(bodyBudget: budget, handler: Self.count) { port in
            var peers: [RawConnection] = []
            for _ in 1...4 { peers.append(try await RawConnection.open(port)) }
            let sending = peers.map { send($0, isChunked: isChunked) }
            while budget.waiting < 4 { await Task.yield() }
            #expect(budget.used == 2_000_000)
            other?.release()
            for index in peers.indices { #expect(await peers[index].answer().body == "\(Self.size)") }
            for sent in sending { try await sent.value }
            #expect(budget.used == 0)
        }
    }

    @Test func `small bodies, and chunked ones that stay small, need no budget`() async throws {
        let budget = ByteBudget(limit: 100)
        let other = budget.take(100)
        try await withListener(bodyBudget: budget, handler: Self.count) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n")
            try await peer.send(String(repeating: "a", count: 60_000))
            #expect(await peer.answer().body == "60000")
            try await peer.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await peer.send("ea60\r\n\(String(repeating: "a", count: 60_000))\r\n0\r\n\r\n")
            #expect(await peer.answer().body == "60000")
        }
        withExtendedLifetime(other) {}
    }

    @Test func `memory that can't be had in time is an overload, and nobody waits for it any more`() async throws {
        let budget = ByteBudget(limit: 100)
        let other = budget.take(100)
        var limits = ListenerLimits()
        limits.bodyTimeout = .milliseconds(300)
        try await withListener(limits, bodyBudget: budget, handler: Self.count) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: \(Self.size)\r\n\r\n")
            let answer = await peer.answer()
            #expect(answer.status == 503)
            #expect(answer.header("connection") == "close")
            #expect(budget.waiting == 0)
        }
        withExtendedLifetime(other) {}
    }

    @Test func `a sender that stops gives its memory back long before the body's time is over`() async throws {
        let budget = ByteBudget(limit: Self.size)
        var limits = ListenerLimits()
        limits.progressInterval = .milliseconds(200)
        limits.bodyTimeout = .seconds(3600)
        try await withListener(limits, bodyBudget: budget, handler: Self.count) { port in
            var slow = try await RawConnection.open(port)
            try await slow.send("POST / HTTP/1.1\r\nContent-Length: \(Self.size)\r\n\r\nabc")
            while budget.used == 0 { await Task.yield() }
            var next = try await RawConnection.open(port)
            let sent = send(next, isChunked: false)
            #expect(await slow.answer().status == 400)
            #expect(await next.answer().body == "\(Self.size)")
            try await sent.value
        }
    }

    @Test func `a caller that goes while it waits for memory leaves the queue`() async throws {
        let budget = ByteBudget(limit: 100)
        let other = budget.take(100)
        try await withListener(bodyBudget: budget, handler: Self.count) { port in
            let peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: \(Self.size)\r\n\r\n")
            while budget.waiting == 0 { await Task.yield() }
            try await peer.close()
            while budget.waiting > 0 { await Task.yield() }
        }
        withExtendedLifetime(other) {}
    }
}
