import HTTPServing
import NIOCore
import Testing

@Suite struct HalfCloseTests {
    @Test(arguments: ["HTTP/1.1", "HTTP/1.0"])
    func `a caller that ends its sending half and waits gets the whole answer`(version: String) async throws {
        let gate = Gate()
        try await withListener(handler: { request in
            await gate.wait()
            return OutgoingReply(status: request.connection.isHungUp ? 500 : 200, body: Array("all of it".utf8))
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / \(version)\r\nContent-Length: 2\r\n\r\nok")
            try await peer.finishSending()
            // The first bytes say that the listener has seen the end.
            #expect(await peer.bytes(9) == "HTTP/1.1 ")
            await gate.open()
            #expect(await peer.rest() == "200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nall of it")
            #expect(peer.ending == .closed)
        }
    }

    @Test func `a half-closed caller gets the answers to all that it sent before`() async throws {
        try await withListener(handler: { request in
            await Task.yield()
            return await echo(request)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send(
                "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nPOST /3 HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"
            )
            try await peer.finishSending()
            #expect(await peer.answer().body == "GET /1 ")
            #expect(await peer.answer().body == "GET /2 ")
            #expect(await peer.answer().body == "POST /3 x")
            #expect(await peer.rest() == "")
            #expect(peer.ending == .closed)
        }
    }

    @Test(arguments: ["HTTP/1.1", "HTTP/1.0"], [false, true])
    func `a caller that closes its socket has hung up`(version: String, resets: Bool) async throws {
        let (hangups, hungUp) = AsyncStream<Void>.makeStream()
        let (starts, started) = AsyncStream<Void>.makeStream()
        try await withListener(handler: { request in
            await withCheckedContinuation { waiter in
                request.connection.onHangup {
                    hungUp.yield()
                    waiter.resume()
                }
                started.yield()
            }
            return OutgoingReply(status: 200)
        }) { port in
            let peer = try await RawConnection.open(port)
            try await peer.send("GET / \(version)\r\n\r\n")
            _ = await starts.first { true }
            if resets { try await peer.reset() } else { try await peer.close() }
            let noticed: Void? = await hangups.first { true }
            #expect(noticed != nil)
        }
    }

    @Test func `a caller that ends within a body has hung up, and one within headers is told`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
            try await peer.finishSending()
            #expect(await peer.answer().body == "incomplete")
            var second = try await RawConnection.open(port)
            try await second.send("GET / HTTP/1.1\r\nHost: x")
            try await second.finishSending()
            #expect(await second.answer().body.contains("before the headers ended"))
        }
    }
}
