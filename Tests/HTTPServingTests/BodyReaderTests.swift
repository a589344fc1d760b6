import HTTPServing
import NIOCore
import Synchronization
import Testing

@Suite struct BodyReaderTests {
    /// Reads all of it, waiting for wake-ups; the number of bytes, or nil if it failed.
    @concurrent private static func drain(_ reader: BodyReader) async -> Int? {
        var count = 0
        while true {
            let (wakes, woken) = AsyncStream<Void>.makeStream()
            switch reader.read(upTo: 50_000, orWake: { woken.yield() }) {
            case .bytes(let bytes) where bytes.isEmpty: return count
            case .bytes(let bytes): count += bytes.count
            case .later: _ = await wakes.first { true }
            case .failed: return nil
            }
        }
    }

    @Sendable private static func answer(_ request: IncomingRequest) async -> OutgoingReply {
        guard let reader = request.stream() else { return OutgoingReply(status: 411) }
        guard let count = await drain(reader), count == reader.length else {
            return OutgoingReply(status: 400, body: Array("failed".utf8))
        }
        return OutgoingReply(status: 200, body: Array("\(count)".utf8))
    }

    @Test(arguments: [0, 1, 70_000, 10_000_000])
    func `a body is read in pieces while it comes, from another thread`(size: Int) async throws {
        try await withListener(handler: Self.answer) { port in
            var peer = try await RawConnection.open(port)
            for _ in 1...2 {
                let channel = peer.channel
                let sent = Task {
                    var buffer = ByteBuffer(string: "POST / HTTP/1.1\r\nContent-Length: \(size)\r\n\r\n")
                    buffer.writeRepeatingByte(97, count: size)
                    try await channel.writeAndFlush(buffer).get()
                }
                #expect(await peer.answer().body == "\(size)")
                try await sent.value
            }
        }
    }

    @Test func `a peer that waits for 100 Continue gets it with the first read`() async throws {
        let gate = Gate()
        try await withListener(handler: { request in
            await gate.wait()
            return await Self.answer(request)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: x, 100-Continue\r\n\r\n")
            await gate.open()
            #expect(await peer.answer().status == 100)
            try await peer.send("abc")
            #expect(await peer.answer().body == "3")
        }
    }

    @Test func `a caller that goes or stops in the middle fails the reader`() async throws {
        var limits = ListenerLimits()
        limits.progressInterval = .milliseconds(200)
        try await withListener(limits, handler: Self.answer) { port in
            var goes = try await RawConnection.open(port)
            try await goes.send("POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\nabc")
            try await goes.finishSending()
            #expect(await goes.answer().body == "failed")
            var stops = try await RawConnection.open(port)
            try await stops.send("POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\nabc")
            #expect(await stops.answer().body == "failed")
        }
    }

    @Test func `a reader that doesn't read stops the sender, however long that takes`() async throws {
        let gate = Gate()
        var limits = ListenerLimits()
        limits.progressInterval = .milliseconds(500)
        limits.bodyTimeout = .milliseconds(1000)
        try await withListener(
            limits,
            handler: { request in
                guard let reader = request.stream() else { return OutgoingReply(status: 411) }
                guard case .bytes = await Self.first(reader) else { return OutgoingReply(status: 400) }
                await gate.wait()
                return OutgoingReply(status: 200, body: Array("\(await Self.drain(reader) ?? -1)".utf8))
            }
        ) { port in
            var peer = try await RawConnection.open(port)
            let channel = peer.channel
            let sent = Task {
                var buffer = ByteBuffer(string: "POST / HTTP/1.1\r\nContent-Length: 30000000\r\n\r\n")
                buffer.writeRepeatingByte(97, count: 30_000_000)
                try await channel.writeAndFlush(buffer).get()
            }
            // Far longer than what a sender is allowed that could go on.
            try await Task.sleep(for: .milliseconds(2500))
            #expect(try await channel.getOption(.bufferedWritableBytes).get() > 10_000_000)
            await gate.open()
            let count = Int(await peer.answer().body) ?? 0
            #expect(count > 29_000_000)
            try await sent.value
        }
    }

    private static func first(_ reader: BodyReader) async -> BodyReader.Part {
        while true {
            let (wakes, woken) = AsyncStream<Void>.makeStream()
            let part = reader.read(upTo: 1000) { woken.yield() }
            guard part == .later else { return part }
            _ = await wakes.first { true }
        }
    }

    @Test func `an answer before the end of the body ends the connection`() async throws {
        try await withListener(handler: { request in
            _ = request.stream()?.read(upTo: 10) {}
            return OutgoingReply(status: 403)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\nabc")
            let answer = await peer.answer()
            #expect(answer.status == 403)
            #expect(answer.header("connection") == "close")
        }
    }

    @Test func `a body that arrives is read by one reader only`() async throws {
        try await withListener(handler: { request in
            let first = request.stream()
            let others = request.stream() == nil ? try? await request.body(upTo: 10) : []
            return OutgoingReply(status: first != nil && others == nil ? 200 : 500)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na")
            #expect(await peer.answer().status == 200)
        }
    }

    @Test func `a chunked body has no length and no stream, and one read whole has none any more`() async throws {
        try await withListener(handler: { request in
            let before = request.stream() != nil
            let whole = try? await request.body(upTo: 10)
            return OutgoingReply(status: before || whole != [97] || request.stream() != nil ? 500 : 200)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await peer.send("1\r\na\r\n0\r\n\r\n")
            #expect(await peer.answer().status == 200)
        }
    }

    @Test func `a request made by hand can be streamed`() async throws {
        let request = IncomingRequest(
            method: "POST",
            target: "/",
            headers: [("Content-Length", "3")],
            body: [1, 2, 3]
        )
        #expect(request.declaredLength == 3)
        let reader = try #require(request.stream())
        #expect(reader.read(upTo: 2) {} == .bytes([1, 2]))
        #expect(reader.read(upTo: 2) {} == .bytes([3]))
        #expect(reader.read(upTo: 2) {} == .bytes([]))
    }
}
