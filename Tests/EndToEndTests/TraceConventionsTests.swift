import Testing

/// What spans say, judged by OpenTelemetry's own model of its conventions.
@Suite struct TraceConventionsTests {
    @Test func `requests of every kind make spans as the conventions have them`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { $0.sections = collector.section() }
        let (weir, sandbox) = (stage.weir, stage.sandbox)
        let token = try await weir.token()
        let call = "/cgi-bin/user/info?access_token=\(token)&openid=o-secret-person&lang=zh_CN"
        _ = try await weir.api.get(call)
        _ = try await weir.api.call(
            "PURGE",
            "/cgi-bin/no/such?access_token=\(token)",
            headers: [("User-Agent", "sdk/1")]
        )
        _ = try await weir.api.get("/v1/messages?state=pending&to=o-secret-person")
        _ = try await weir.api.get("/v1/no/such")
        _ = try await weir.api.post("/v1/messages", "{")
        let batched = try await weir.api.post("/v1/messages:batch", "[\(Message.template(to: "o-1").json), {}]")
        let taken = try #require(batched.json?["data"]?["results"]?.array.first?["id"]?.string)
        try await weir.wait(taken, for: "sent")
        try await sandbox.fault("\"kind\":\"status\",\"status\":503,\"count\":1")
        _ = try await weir.api.get(call)
        try await sandbox.fault("\"kind\":\"reset\",\"count\":1")
        _ = try await weir.api.post("/cgi-bin/message/custom/send?access_token=\(token)", Message.customBody(to: "o-2"))

        let info = try await collector.first("GET /cgi-bin/user/info", .server)
        let query = "access_token=REDACTED&openid=REDACTED&lang=zh_CN"
        #expect(info.attribute("url.query")?.string == query)
        #expect(info.attribute("client.address")?.string == "127.0.0.1")
        let sent = try await collector.first("GET /cgi-bin/user/info", .client)
        let origin = "http://127.0.0.1:\(sandbox.http.port)"
        #expect(sent.attribute("url.full")?.string == "\(origin)/cgi-bin/user/info?\(query)")
        #expect(sent.attribute("network.peer.address")?.string == "127.0.0.1")
        let odd = try await collector.first("HTTP /{path}", .server)
        #expect(odd.attribute("http.request.method_original")?.string == "PURGE")
        #expect(odd.attribute("user_agent.original")?.string == "sdk/1")
        let list = try await collector.first("GET /v1/messages", .server)
        #expect(list.attribute("url.query")?.string == "state=pending&to=REDACTED")
        let batch = try await collector.first("accept main", .producer)
        #expect(batch.attribute("messaging.batch.message_count")?.int == 1)
        let lost = try await collector.first("POST /cgi-bin/message/custom/send", .client)
        #expect(lost.attribute("error.type")?.string == "reset")
        let failed = try await collector.first("POST /cgi-bin/message/custom/send", .server)
        #expect(failed.isError)
        #expect(failed.attribute("error.type")?.string == "990003")
        #expect(try await collector.spans().filter { $0.attribute("http.response.status_code")?.int == 503 }.count >= 1)
        #expect(try await collector.problems() == [])
        try await expectNoSecret(collector, [token, "o-secret-person"])
    }

    @Test func `a request for a token is a trace of its own, and an error where it brings none`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { $0.sections = collector.section() }
        let name = "POST /cgi-bin/stable_token"
        let fetched = try await collector.first(name, .client)
        #expect(fetched.parent.isEmpty && !fetched.isError)
        try await stage.sandbox.fault("\"kind\":\"errcode\",\"errcode\":40125,\"api\":\"/cgi-bin/stable_token\"")
        let settings = try WeirSettings(collector, beside: stage)
        let second = try WeirProcess.launch(settings)
        let refused = try await eventually("a refused one arrives") {
            try await collector.spans().first { $0.name == name && $0.isError }
        }
        #expect(refused.attribute("error.type")?.string == "40125")
        #expect(try await collector.problems() == [])
        try await expectNoSecret(collector, [])
        second.signal(15)
        _ = try await second.ended()
        // With its folder.
        withExtendedLifetime(settings) {}
    }

    @Test(arguments: [
        (#""http.request.method":"GeT""#, "http.request.method is 'GeT', none of its members"),
        (#""http.route":null"#, "http.route is missing"), (#""url.path":null"#, "url.path is missing"),
        (#""server.port":"80""#, "server.port is '80' and no int"),
        (#""http.url":"a""#, "http.url is not in the model"),
        (#""url.query":"js_code=a""#, "js_code is shown"), (#""weir.unknown":"a""#, "weir.unknown is not on the page"),
        (#""error.type":"a""#, "error.type without an error"),
        (#""http.response.status_code":500"#, "500 is an error"),
        (#""http.route":"/other""#, "the name should be 'POST /other'"),
        (#""url.full":"http://h/""#, "url.full does not belong to a SERVER span"),
        (#""network.protocol.name":"http""#, "network.protocol.name must not be there"),
    ])
    func `the check finds what is wrong`(_ change: String, _ problem: String) async throws {
        let collector = try await TraceCollector.start()
        var attributes = [
            #""http.request.method":"POST""#, #""url.path":"/v1/messages""#, #""url.scheme":"http""#,
            #""http.route":"/v1/messages""#, #""server.address":"h""#, #""server.port":80"#,
            #""client.address":"10.0.0.1""#, #""network.peer.address":"10.0.0.1""#, #""network.peer.port":4000"#,
            #""network.protocol.version":"1.1""#, #""http.response.status_code":202"#,
        ]
        #expect(try await check(attributes, by: collector) == [])
        let name = change.prefix { $0 != ":" }
        attributes.removeAll { $0.hasPrefix(name + ":") }
        if !change.hasSuffix("null") { attributes.append(change) }
        #expect(try await check(attributes, by: collector).contains("SERVER POST /v1/messages: \(problem)"))
    }

    private func check(_ attributes: [String], by collector: TraceCollector) async throws -> [String] {
        let members = attributes.joined(separator: ",")
        let span = """
            {"kind":"SERVER","name":"POST /v1/messages","status":"UNSET","links":[],"attributes":{\(members)}}
            """
        let answer = try await collector.http.post("/check", span)
        return try #require(answer.json?["problems"]?.array).compactMap(\.string)
    }

    private func expectNoSecret(_ collector: TraceCollector, _ others: [String]) async throws {
        let all = try await collector.http.get("/spans").text
        for secret in [SandboxProcess.secret] + others { #expect(!all.contains(secret)) }
    }
}

extension WeirSettings {
    /// A second gateway before a stage's sandbox.
    fileprivate init(_ collector: TraceCollector, beside stage: Stage) throws {
        self.init(folder: try TemporaryFolder(), sandbox: stage.sandbox)
        sections = collector.section()
    }
}
