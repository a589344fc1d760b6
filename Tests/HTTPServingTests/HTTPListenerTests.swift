import HTTPServing
import Logging
import ServiceLifecycle
import Testing

@Suite struct HTTPListenerTests {
    @Test func `requests of one connection are answered one after the other`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
            let first = await peer.answer()
            #expect(first.status == 200)
            #expect(first.header("content-type") == "text/plain")
            #expect(first.header("connection") == nil)
            #expect(first.body == "POST /a?b=c hello")
            try await peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await peer.answer().body == "GET / ")
        }
    }

    @Test func `pipelined requests are answered in order, whether the handler waits or not`() async throws {
        try await withListener(handler: { request in
            if request.path == "/slow" { await Task.yield() }
            return await echo(request)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send(
                "GET /1 HTTP/1.1\r\n\r\nGET /slow HTTP/1.1\r\n\r\nPOST /3 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /4 HTTP/1.1\r\n\r\n"
            )
            var bodies: [String] = []
            for _ in 1...4 { bodies.append(await peer.answer().body) }
            #expect(bodies == ["GET /1 ", "GET /slow ", "POST /3 hi", "GET /4 "])
        }
    }

    @Test func `a chunked body and one that comes in pieces are gathered`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            try await peer.send("2\r\nde\r\n0\r\n\r\n")
            #expect(await peer.answer().body == "POST / abcde")
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n")
            try await peer.send("wx")
            try await peer.send("yz")
            #expect(await peer.answer().body == "POST / wxyz")
        }
    }

    @Test func `HEAD gets the length but no body`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("HEAD /x HTTP/1.1\r\n\r\n")
            #expect(await peer.answer(toHead: true).header("content-length") == "8")
            try await peer.send("GET /x HTTP/1.1\r\n\r\n")
            #expect(await peer.answer().body == "GET /x ")
        }
    }

    @Test func `204 has neither body nor length`() async throws {
        try await withListener(handler: { _ in OutgoingReply(status: 204, body: [65]) }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(await peer.rest() == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    ])
    func `a request that ends its connection is answered first`(request: String) async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send(request)
            let text = await peer.rest()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.contains("\r\nConnection: close\r\n"))
            #expect(peer.ending == .closed)
        }
    }

    @Test func `the listener frames its answers itself`() async throws {
        let reply = OutgoingReply(
            status: 200,
            headers: [
                ("content-length", "1"), ("Transfer-Encoding", "chunked"), ("connection", "close"),
                ("X-Bad", "a\r\nX-Evil: 1"),
                ("Bad Name", "1"), ("", "1"), ("X-Good", "ü"),
            ],
            body: Array("ok".utf8)
        )
        try await withListener(handler: { _ in reply }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            let answer = await peer.answer()
            #expect(answer.head == "HTTP/1.1 200 OK\r\nX-Good: ü\r\nContent-Length: 2\r\n\r\n")
            #expect(answer.body == "ok")
        }
    }

    @Test func `a port in use is one clear line`() async throws {
        try await withListener(handler: echo) { port in
            let second = HTTPListener(
                name: "api",
                host: "127.0.0.1",
                port: port,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                handler: echo
            )
            let error = await #expect(throws: ListenerError.self) { try await second.run() }
            #expect(error?.description == "api listener: cannot listen on 127.0.0.1:\(port): address already in use")
        }
    }

    @Test func `a loopback peer is known as one`() async throws {
        try await withListener(handler: { OutgoingReply(status: $0.isLoopback ? 200 : 403) }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            #expect(await peer.answer().status == 200)
        }
    }
}
