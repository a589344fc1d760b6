import Testing

/// Change the base URL, and nothing else is noticed.
@Suite struct DropInTests {
    @Test func `an upload reaches WeChat as it comes`() async throws {
        let stage = try await ScriptedStage.start()
        let token = try await stage.weir.token()
        let form = MultipartForm(file: (0..<(2 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 13) })
        let half = Array(form.body.prefix(1 << 20))
        let caller = RawPeers(part: form.body)
        let first = RawPeers(part: half)
        let head =
            "POST \(ScriptedStage.upload)?access_token=\(token)&type=image HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + "\(form.headers[0].name): \(form.headers[0].value)\r\nContent-Length: \(form.body.count)\r\n\r\n"
        try first.open(1, to: stage.weir.api.port) { _ in head }
        try await first.pushAll(within: .seconds(10))
        // Its caller has not sent the second half, and never will.
        try await eventually("the first half has arrived") { stage.upstream.bodyBytes > 700 << 10 }
        #expect(stage.upstream.count(ScriptedStage.upload) == 0)
        first.closeAll()
        try caller.open(1, to: stage.weir.api.port) { _ in head }
        try await caller.pushAll(within: .seconds(10))
        let request = try await eventually("the whole one has arrived") {
            stage.upstream.requests(ScriptedStage.upload).first
        }
        #expect(request.checksum == Checksum(form.body))
        #expect(request.header("content-length") == "\(form.body.count)")
        #expect(try await stage.breakerMoves() == 0)
    }

    @Test(arguments: ["/cgi-bin/media/uploadvideo", "/cgi-bin/media/uploadnews", "/cgi-bin/material/add_news"])
    func `whatever stands under media and material has a minute`(path: String) async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: {
            $0.on(path) { _ in .ok(after: .milliseconds(5500)) }
        }
        let token = try await stage.weir.token()
        let answer = try await stage.call("POST", path, token: token, body: "{}")
        #expect(answer.errcode == 0, "\(answer.text)")
    }

    @Test func `a balancer in front sees a living gateway on the api listener too`() async throws {
        let stage = try await ScriptedStage.start()
        for endpoint in [stage.weir.api, stage.weir.admin] {
            for path in ["/healthz", "/readyz", "/readyz/messages"] {
                let answer = try await endpoint.get(path)
                #expect(answer.status == 200)
                #expect(answer.json?["errcode"] == nil, "\(path): \(answer.text)")
                #expect(try await endpoint.call("HEAD", path).status == 200)
            }
        }
        for method in ["TRACE", "PATCH", "DELETE"] {
            let answer = try await stage.weir.api.call(method, "/v1/messages")
            #expect(answer.status == 405, "\(method): \(answer.text)")
            #expect(answer.header("allow")?.contains("POST") == true)
        }
    }

    @Test func `a client may ask for WeChat's own code where Weir's refusal means the same`() async throws {
        let stage = try await ScriptedStage.start {
            $0.sections = "relay: {errcodes: wechat}"
        } script: {
            $0.on(ScriptedStage.custom) { _ in .errcode(45009) }
        }
        let token = try await stage.weir.token()
        for _ in 1...3 {
            let answer = try await stage.call(
                "POST",
                ScriptedStage.custom,
                token: token,
                body: Message.customBody(to: "o-1")
            )
            #expect(answer.errcode == 45009, "\(answer.text)")
        }
        #expect(stage.upstream.count(ScriptedStage.custom) == 1)
    }
}
