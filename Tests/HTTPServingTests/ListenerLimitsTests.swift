import HTTPServing
import Synchronization
import Testing

@Suite struct ListenerLimitsTests {
    @Test(arguments: [1000, 40_000, 100_000, 400_000])
    func `headers over the limit are answered 431 and the connection ends`(size: Int) async throws {
        var limits = ListenerLimits()
        limits.headerBytes = 900
        try await withListener(limits, handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\nX-Long: \(String(repeating: "a", count: size))\r\n\r\n")
            #expect(await peer.answer().status == 431)
            _ = await peer.rest()
            #expect(peer.ending == .closed)
        }
    }

    @Test func `headers just inside the limit pass`() async throws {
        var limits = ListenerLimits()
        limits.headerBytes = 1 + 1 + 900 + 4
        try await withListener(limits, handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 900))\r\n\r\n")
            #expect(await peer.answer().status == 200)
            try await peer.send("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 901))\r\n\r\n")
            #expect(await peer.answer().status == 431)
        }
    }

    @Test(arguments: [
        "NONSENSE\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\nBad Header: x\r\n\r\n",
        "GET / HTTP/1.1\r\nX: a\u{0}b\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}",
    ])
    func `what is no request, or two at once, is answered 400`(bytes: String) async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send(bytes)
            #expect(await peer.answer().status == 400)
            _ = await peer.rest()
            #expect(peer.ending == .closed)
        }
    }

    @Test func `a broken request behind a good one costs only itself`() async throws {
        try await withListener(handler: { request in
            await Task.yield()
            return await echo(request)
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET /good HTTP/1.1\r\n\r\nNONSENSE\r\n\r\n")
            #expect(await peer.answer().body == "GET /good ")
            #expect(await peer.answer().status == 400)
        }
    }

    @Test func `a broken chunk is an incomplete body`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await peer.send("zz\r\n")
            #expect(await peer.answer().status == 400)
            _ = await peer.rest()
            #expect(peer.ending == .closed)
        }
    }

    @Test(arguments: ["", "GET / HT", "GET / HTTP/1.1\r\nHost:"])
    func `headers have their time`(start: String) async throws {
        var limits = ListenerLimits()
        limits.headerTimeout = .seconds(1)
        try await withListener(limits, handler: echo) { port in
            var peer = try await RawConnection.open(port)
            if !start.isEmpty { try await peer.send(start) }
            #expect(await peer.answer().status == (start.isEmpty ? 0 : 408))
            _ = await peer.rest()
            #expect(peer.ending == .closed)
        }
    }

    @Test func `later headers on a connection have their time too`() async throws {
        var limits = ListenerLimits()
        limits.headerTimeout = .seconds(1)
        try await withListener(limits, handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            #expect(await peer.answer().status == 200)
            try await peer.send("GET / HT")
            #expect(await peer.answer().status == 408)
        }
    }

    @Test func `an idle connection is closed`() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .milliseconds(100)
        try await withListener(limits, handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n\r\n")
            #expect(await peer.answer().status == 200)
            #expect(await peer.rest() == "")
            #expect(peer.ending == .closed)
        }
    }

    @Test func `a body has its time`() async throws {
        var limits = ListenerLimits()
        limits.bodyTimeout = .milliseconds(200)
        try await withListener(limits, handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
            #expect(await peer.answer().body == "incomplete")
            _ = await peer.rest()
            #expect(peer.ending == .closed)
        }
    }

    @Test func `connections over the maximum wait for one to end`() async throws {
        var limits = ListenerLimits()
        limits.maxConnections = 1
        let order = Mutex<[String]>([])
        try await withListener(
            limits,
            handler: { request in
                order.withLock { $0.append(request.target) }
                return await echo(request)
            }
        ) { port in
            var first = try await RawConnection.open(port)
            try await first.send("GET /1 HTTP/1.1\r\n\r\n")
            #expect(await first.answer().body == "GET /1 ")
            var second = try await RawConnection.open(port)
            try await second.send("GET /2 HTTP/1.1\r\n\r\n")
            try await first.send("GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(await first.rest().hasSuffix("GET /3 "))
            #expect(await second.answer().body == "GET /2 ")
            #expect(order.withLock { $0 } == ["/1", "/3", "/2"])
        }
    }

    @Test func `too much pipelining ends the connection`() async throws {
        var limits = ListenerLimits()
        limits.maxPipelinedParts = 8
        let gate = Gate()
        try await withListener(
            limits,
            handler: { request in
                await gate.wait()
                return await echo(request)
            }
        ) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send(String(repeating: "GET / HTTP/1.1\r\n\r\n", count: 6))
            #expect(await peer.rest() == "")
            await gate.open()
        }
    }
}
