import HTTPServing
import Testing

/// Targets and upgrades as callers really send them, byte by byte on one connection.
@Suite struct RequestTargetTests {
    @Test func `every request asks for an upgrade that isn't served, and one connection carries them all`() async throws
    {
        let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n"
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            for index in 1...20 {
                try await peer.send("POST /\(index) HTTP/1.1\r\n\(upgrade)Content-Length: 2\r\n\r\nok")
                let answer = await peer.answer()
                #expect(answer.body == "POST /\(index) ok")
                #expect(answer.header("connection") == nil)
            }
        }
    }

    @Test(arguments: ["h2c", "websocket", "TLS/1.0, h2c"])
    func `requests behind one that asks for an upgrade are read`(protocol name: String) async throws {
        let fields = "Connection: upgrade\r\nUpgrade: \(name)\r\n"
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send(
                "GET /1 HTTP/1.1\r\n\(fields)\r\n"
                    + "POST /2 HTTP/1.1\r\n\(fields)Content-Length: 4\r\n\r\nbody"
                    + "POST /3 HTTP/1.1\r\n\(fields)Transfer-Encoding: chunked\r\n\r\n3\r\na\r\n\r\n0\r\nX: y\r\n\r\n"
            )
            try await peer.send("GET /4 HTTP/1.1\r\n\r\nHEAD /5 HTTP/1.1\r\n\(fields)\r\nGET /6 HT")
            try await peer.send("TP/1.1\r\n\r\n")
            var bodies: [String] = []
            for _ in 1...4 { bodies.append(await peer.answer().body) }
            #expect(bodies == ["GET /1 ", "POST /2 body", "POST /3 a\r\n", "GET /4 "])
            #expect(await peer.answer(toHead: true).status == 200)
            #expect(await peer.answer().body == "GET /6 ")
        }
    }

    @Test func `an absolute-form target reaches the handler as its path`() async throws {
        try await withListener(handler: { request in
            OutgoingReply(status: 200, body: Array("\(request.target) \(request.host ?? "-")".utf8))
        }) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send(
                "POST http://weir:8080/v1/messages?a=b HTTP/1.1\r\nHost: other\r\nContent-Length: 0\r\n\r\n"
            )
            #expect(await peer.answer().body == "/v1/messages?a=b weir:8080")
            try await peer.send("OPTIONS * HTTP/1.1\r\nHost: h:1\r\n\r\n")
            #expect(await peer.answer().body == "* h:1")
        }
    }

    @Test(arguments: [
        ("/a?q=微信", "/a?q=%E5%BE%AE%E4%BF%A1"),
        ("/路?a=b", "/%E8%B7%AF?a=b"),
        ("http://weir/a?q=ü", "/a?q=%C3%BC"),
        ("/a?q=%E5%BE%AE", "/a?q=%E5%BE%AE"),
        (#"/a?q={"x":[1|2]}^`<>\"#, #"/a?q={"x":[1|2]}^`<>\"#),
    ])
    func `raw bytes of a target arrive percent-encoded`(sent: String, target: String) async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET \(sent) HTTP/1.1\r\nX-Raw: ü\r\n\r\n")
            #expect(await peer.answer().body == "GET \(target) ")
        }
    }

    @Test func `raw bytes are encoded in any charset, in pieces and in each request of many`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send(Array("\r\nGET /?q=".utf8) + [0xCE])
            try await peer.send([0xA2] + Array("&x=y HTTP/1.1\r".utf8))
            try await peer.send(
                Array("\nHost: x\r\n\r\nPOST /2?ü HTTP/1.1\r\nContent-Length: 3\r\n\r\n".utf8) + [0xFF, 0x0A, 0x41]
                    + Array("POST /3?ü HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n".utf8) + [0xFF, 0x41]
                    + Array("\r\n0\r\nTrailer: ü\r\n\r\nGET /4?ü HTTP/1.1\r\n\r\n".utf8)
            )
            #expect(await peer.answer().body == "GET /?q=%CE%A2&x=y ")
            #expect(await peer.answer().body == "POST /2?%C3%BC \u{FFFD}\nA")
            #expect(await peer.answer().body == "POST /3?%C3%BC \u{FFFD}A")
            #expect(await peer.answer().body == "GET /4?%C3%BC ")
        }
    }

    @Test(arguments: [
        ("GET /a b HTTP/1.1\r\n\r\n", 400, "percent-encode"),
        ("GET /a\u{1}b HTTP/1.1\r\n\r\n", 400, "percent-encode"),
        ("GET /a\u{7F}b HTTP/1.1\r\n\r\n", 400, "percent-encode"),
        ("GET a HTTP/1.1\r\n\r\n", 400, "percent-encode"),
        ("GET / HTTP/2.0\r\n\r\n", 400, "HTTP/1.1"),
        ("\u{16}\u{3}\u{1}\u{2}", 400, "TLS"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Host"),
        ("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "Content-Length"),
        ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 33_000))\r\n\r\n", 431, "32768 bytes"),
        ("GET / HTTP/1.1\r\n\(String(repeating: "a:b\r\n", count: 1001))\r\n", 431, "1000 fields"),
        ("CONNECT weir:443 HTTP/1.1\r\nHost: weir:443\r\n\r\n", 501, "base URL"),
    ])
    func `a request that no handler sees is told why`(request: String, status: Int, hint: String) async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("HEAD / HTTP/1.1\r\n\r\n")
            #expect(await peer.answer(toHead: true).status == 200)
            try await peer.send(request)
            let answer = await peer.answer()
            #expect(answer.status == status)
            #expect(answer.header("content-type") == "application/json; charset=utf-8")
            #expect(answer.body.hasPrefix(#"{"code":\#(status),"message":""#))
            #expect(answer.body.contains(hint), "\(answer.body)")
            _ = await peer.rest()
            #expect(peer.ending == .closed)
        }
    }

    @Test func `headers that never end are given up before they fill the memory`() async throws {
        try await withListener(handler: echo) { port in
            var peer = try await RawConnection.open(port)
            try await peer.send("GET / HTTP/1.1\r\n")
            for _ in 1...20 { try? await peer.send("X: \(String(repeating: "a", count: 2000))\r\n") }
            #expect(await peer.answer().status == 431)
        }
    }
}
