import Testing

/// Who may ask for a message's life, and in which forms it comes.
@Suite struct ExplainAccessTests {
    private func start() async throws -> Stage {
        try await Stage.start { $0.sections = Stage.clients(["orders": "", "billing": ""]) }
    }

    private func accept(_ stage: Stage) async throws -> String {
        let answer = try await stage.weir.send(
            .template(to: "o-1"),
            headers: Stage.authorization(of: "orders") + [("Prefer", "wait=30")]
        )
        return try #require(answer.data?["id"]?.string)
    }

    @Test func `only its own client is told a message's life`() async throws {
        let stage = try await start()
        let path = "/v1/messages/\(try await accept(stage))/explain"
        func status(_ headers: [(name: String, value: String)], _ method: String = "GET") async throws -> Int {
            try await stage.weir.api.call(method, path, headers: headers).status
        }
        #expect(try await status(Stage.authorization(of: "orders")) == 200)
        #expect(try await status(Stage.authorization(of: "billing")) == 404)
        #expect(try await status([]) == 401)
        #expect(try await status(Stage.authorization(of: "orders"), "POST") == 405)
        let none = try await stage.weir.api.call(
            "GET",
            "/v1/messages/0000000000000/explain",
            headers: Stage.authorization(of: "orders")
        )
        #expect(none.status == 404)
        #expect(none.error == "not_found")
        let label = "route=\"/v1/messages/{id}/explain\""
        #expect(try await stage.weir.metrics().sum("weir_http_requests_total", label) == 5)
    }

    @Test(arguments: [
        ("text/plain", true), ("text/plain;q=0.5, application/json;q=0.4", true), ("text/*", true),
        ("text/plain;q=0.4, application/json", false), ("*/*", false), ("text/plain;q=0", false),
        ("text/html, */*;q=0.8", false),
    ])
    func `who asks for text gets text, all others JSON`(accept: String, isText: Bool) async throws {
        let stage = try await start()
        let id = try await self.accept(stage)
        let answer = try await stage.weir.api.call(
            "GET",
            "/v1/messages/\(id)/explain",
            headers: Stage.authorization(of: "orders") + [("Accept", accept)]
        )
        #expect(answer.header("vary") == "Accept")
        #expect((answer.header("content-type") == "text/plain; charset=utf-8") == isText)
        #expect(answer.text.hasPrefix("\(id)  sent\nWeChat took this message with attempt 1") == isText)
        #expect((answer.data?["state"]?.string == "sent") != isText)
    }

    @Test func `the command prints the same text, or the JSON`() async throws {
        let stage = try await start()
        let id = try await accept(stage)
        let environment = ["WEIR_URL": "http://127.0.0.1:\(stage.weir.api.port)", "WEIR_KEY": Stage.key(of: "orders")]
        let text = try await stage.weir.api.call(
            "GET",
            "/v1/messages/\(id)/explain",
            headers: Stage.authorization(of: "orders") + [("Accept", "text/plain")]
        )
        let run = try await CommandRun.weir(["explain", id], environment: environment)
        #expect(run.status == 0)
        #expect(run.output == text.text)
        #expect(run.output.contains("+08:00  Attempt 1 took "))
        let json = try await CommandRun.weir(["explain", id, "--json"], environment: environment)
        #expect(JSONAny(json.output)?["data"]?["summary"]?.string.map(run.output.contains) == true)
        let unknown = try await CommandRun.weir(["explain", "0000000000000"], environment: environment)
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("no message"))
    }
}
