import Testing

/// Forms of a request that HTTP allows.
@Suite struct RequestFormTests {
    @Test func `an absolute-form target is as origin-form on every listener`() async throws {
        let stage = try await ScriptedStage.start()
        let (api, admin) = ("http://127.0.0.1:\(stage.weir.api.port)", "http://127.0.0.1:\(stage.weir.admin.port)")
        let accepted = try await stage.weir.api.post("\(api)/v1/messages", Message.template(to: "o-1").json)
        #expect(accepted.status == 202, "\(accepted.text)")
        let query = "grant_type=client_credential&appid=\(SandboxProcess.appID)&secret=\(SandboxProcess.secret)"
        let answer = try await stage.weir.api.get("\(api)/cgi-bin/token?\(query)")
        let token = try #require(answer.json?["access_token"]?.string)
        let read = try await stage.weir.api.get("\(api)\(ScriptedStage.read)?access_token=\(token)")
        #expect(read.errcode == 0, "\(read.text)")
        #expect(stage.upstream.requests(ScriptedStage.read).count == 1)
        #expect(try await stage.weir.admin.get("\(admin)/healthz").status == 200)
    }

    @Test(arguments: ["h2c", "websocket", "TLS/1.2, HTTP/2.0"])
    func `an upgrade that is not served is ignored and the connection kept`(protocols: String) async throws {
        let stage = try await ScriptedStage.start()
        let token = try await stage.weir.token()
        let connection = try KeptConnection(port: stage.weir.api.port)
        let headers = [
            (name: "Connection", value: "Upgrade, HTTP2-Settings"), (name: "Upgrade", value: protocols),
            (name: "HTTP2-Settings", value: "AAMAAABkAARAAAAAAAIAAAAA"),
        ]
        // On one connection: a closed one ends the test.
        for number in 1...100 {
            let target = "\(ScriptedStage.read)?access_token=\(token)"
            #expect(try await connection.call("GET", target, headers: headers).errcode == 0)
            let body = Array(Message.customBody(to: "o-\(number)").utf8)
            let post = "\(ScriptedStage.custom)?access_token=\(token)"
            #expect(try await connection.call("POST", post, headers: headers, body: body).errcode == 0)
        }
        #expect(stage.upstream.count() == 200)
    }

    @Test(arguments: ["GET", "POST"])
    func `a caller that has ended its sending and waits gets the whole answer`(method: String) async throws {
        let stage = try await ScriptedStage.start {
            $0.limits = "{default: {rate: 1/s, burst: 1}}"
        } script: { upstream in
            for path in [ScriptedStage.custom, ScriptedStage.read] {
                upstream.on(path) { _ in .ok(after: .milliseconds(500)) }
            }
        }
        let token = try await stage.weir.token()
        let body = Message.customBody(to: "o-1")
        let path = method == "GET" ? ScriptedStage.read : ScriptedStage.custom
        // Takes the permit, so that the next one waits for its own.
        #expect(try await stage.call(method, path, token: token, body: method == "GET" ? nil : body).errcode == 0)
        let rest = method == "GET" ? "\r\n" : "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let port = stage.weir.api.port
        let text = try await onThread {
            let socket = try Socket(port: port)
            try socket.send(
                Array("\(method) \(path)?access_token=\(token) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(rest)".utf8)
            )
            socket.endSending()
            var all: [UInt8] = []
            while case let bytes = try socket.receive(), !bytes.isEmpty { all += bytes }
            return String(decoding: all, as: UTF8.self)
        }
        #expect(text.hasPrefix("HTTP/1.1 200"), "\(text)")
        #expect(text.hasSuffix("\"msgid\":3557254367693750277}"), "\(text)")
    }

    @Test func `a coded request body gets 415 and the way out`() async throws {
        let stage = try await ScriptedStage.start()
        for path in ["/v1/messages", "/v1/messages:batch"] {
            let headers = [
                (name: "Content-Encoding", value: "gzip"), (name: "Content-Type", value: "application/json"),
            ]
            let bytes = StoredGzip.of(Array(Message.template(to: "o-1").json.utf8))
            let answer = try await stage.weir.api.call("POST", path, headers: headers, bytes: bytes)
            #expect(answer.status == 415, "\(path): \(answer.text)")
            #expect(answer.header("accept-encoding") == "identity")
        }
    }

    @Test(arguments: [("Host", "evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Origin", "http://evil.example")])
    func `without keys a web page cannot read what only this machine may`(name: String, value: String) async throws {
        let headers = [(name: name, value: value)]
        let stage = try await ScriptedStage.start()
        let id = try await stage.weir.accept(.template(to: "o-1"))
        for (port, path) in [
            (stage.weir.api.port, "/v1/messages"), (stage.weir.api.port, "/v1/messages/\(id)"),
            (stage.weir.admin.port, "/v1/state"),
        ] {
            let answer = try await RequestFormTests.ask(port, path, headers)
            #expect(answer.hasPrefix("HTTP/1.1 40"), "\(path): \(answer.prefix(300))")
            #expect(!answer.contains(id))
        }
        #expect(try await stage.weir.api.get("/v1/messages/\(id)").status == 200)
    }

    /// A request with the headers given alone.
    private static func ask(_ port: Int, _ path: String, _ headers: [(name: String, value: String)]) async throws
        -> String
    {
        let host = headers.contains { $0.name == "Host" } ? "" : "Host: localhost:\(port)\r\n"
        let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        return try await onThread {
            let socket = try Socket(port: port)
            try socket.send(Array("GET \(path) HTTP/1.1\r\n\(host)\(lines)Connection: close\r\n\r\n".utf8))
            var all: [UInt8] = []
            while case let bytes = try socket.receive(), !bytes.isEmpty { all += bytes }
            return String(decoding: all, as: UTF8.self)
        }
    }
}
