import HTTPServing
import NIOCore
import Testing

@Suite struct RequestBodyTests {
    @Test func `a peer that waits for 100 Continue gets it when the body is asked for`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST /e HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(await peer.answer().status == 100)
            try await peer.send("ok")
            #expect(await peer.answer().body == "POST /e ok")
        }
    }

    @Test func `a peer that waits for 100 Continue is refused without it`() async throws {
        try await withListener(handler: { _ in OutgoingReply(status: 401) }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST /e HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            let answer = await peer.answer()
            #expect(answer.status == 401)
            #expect(answer.header("connection") == "close")
        }
    }

    @Test(arguments: [(1001, 0), (1001, 1001), (5_000_000, 400_000)])
    func `a body over the limit is answered, then the connection ends`(declared: Int, sent: Int) async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            let body = String(repeating: "a", count: sent)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: \(declared)\r\n\r\n" + body)
            #expect(await peer.answer().status == 413)
        }
    }

    @Test func `a chunked body over the limit is answered before it ends`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            let body = String(repeating: "a", count: 1002)
            try await peer.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3ea\r\n" + body)
            let answer = await peer.answer()
            #expect(answer.status == 413)
            #expect(answer.header("connection") == "close")
        }
    }

    @Test func `a body of exactly the limit passes`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "a", count: 1000))
            #expect(await peer.answer().body.utf8.count == 1000 + 7)
        }
    }

    @Test func `a large body that nobody asks for at first is not lost`() async throws {
        let gate = Gate()
        try await withListener(handler: { request in
            await gate.wait()
            let body = try? await request.body(upTo: 3_000_000)
            return OutgoingReply(status: 200, body: Array("\(body?.count ?? -1)".utf8))
        }) { port in
            var peer = try await RawConnection.open(port)
            let peerChannel = peer.channel
            let sending = Task {
                let head = "POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n"
                try await peerChannel.writeAndFlush(ByteBuffer(string: head + String(repeating: "a", count: 2_000_000)))
                    .get()
            }
            await gate.open()
            try await sending.value
            #expect(await peer.answer().body == "2000000")
        }
    }

    @Test func `a body may be asked for twice`() async throws {
        try await withListener(handler: { request in
            let first = try? await request.body(upTo: 10)
            let second = try? await request.body(upTo: 10)
            return OutgoingReply(status: first == second && first?.count == 3 ? 200 : 500)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
            #expect(await peer.answer().status == 200)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n")
            try await peer.send("abc")
            #expect(await peer.answer().status == 200)
        }
    }

    @Test func `a large answer reaches a slow reader whole`() async throws {
        let body = [UInt8](repeating: 97, count: 8_000_000)
        try await withListener(handler: { _ in OutgoingReply(status: 200, body: body) }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(await peer.answer().body.utf8.count == 8_000_000)
            #expect(await peer.answer().body.utf8.count == 8_000_000)
            _ = await peer.rest()
            #expect(peer.ending == .closed)
        }
    }

    @Test(arguments: [true, false])
    func `a peer that ends its own half gets the whole answer`(waits: Bool) async throws {
        let body = [UInt8](repeating: 97, count: 8_000_000)
        try await withListener(handler: { _ in
            if waits { await Task.yield() }
            return OutgoingReply(status: 200, body: body)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            try await peer.channel.close(mode: .output).get()
            #expect(await peer.answer().body.utf8.count == 8_000_000)
            _ = await peer.rest()
            #expect(peer.ending == .closed)
        }
    }

    @Test func `a request made by hand has what it was given`() async throws {
        let request = IncomingRequest(
            method: "POST",
            target: "/a/b?c=%20?d",
            headers: [("Content-Type", "x/y"), ("A", "1"), ("a", "2")],
            body: [1, 2, 3]
        )
        #expect(request.path == "/a/b")
        #expect(request.query == "c=%20?d")
        #expect(request.header("content-type") == "x/y")
        #expect(request.header("a") == "1")
        #expect(request.header("b") == nil)
        #expect(request.headerPairs.map(\.value) == ["x/y", "1", "2"])
        #expect(try await request.body(upTo: 3) == [1, 2, 3])
        await #expect(throws: BodyError.tooLarge(limit: 2)) { try await request.body(upTo: 2) }
    }
}
