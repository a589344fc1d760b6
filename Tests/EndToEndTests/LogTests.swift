import Testing

/// The log of the built program: JSON lines, one a request, at a level that can be changed while it runs.
@Suite struct LogTests {
    private static func requests(_ weir: WeirProcess) -> [JSONAny] {
        weir.process.lines.compactMap { JSONAny($0) }.filter { $0["message"]?.string == "request" }
    }

    @Test func `at debug each request is one line with its trace, app, client and outcome`() async throws {
        let stage = try await Stage.start {
            $0.sections = Stage.clients(["orders": ""]) + "log: {level: debug}"
        }
        let token = try await stage.weir.token(secret: Stage.key(of: "orders"))
        let path = "\(FaultTests.template)?access_token=\(token)"
        for index in 0..<20 { _ = try await stage.weir.api.post(path, Message.templateBody(to: "o-secret-\(index)")) }
        let answer = try await stage.weir.send(
            .template(to: "o-secret-message"),
            headers: Stage.authorization(of: "orders")
        )
        let id = try #require(answer.json?["data"]?["id"]?.string)
        let end = try await eventually("the message's end is logged") {
            stage.weir.process.lines.compactMap { JSONAny($0) }.first {
                $0["message"]?.string == "message sent" && $0["id"]?.string == id
            }
        }
        #expect(end["trace_id"] == answer.json?["trace_id"])
        #expect(end["attempts"]?.int == 1)
        let lines = LogTests.requests(stage.weir)
        let relayed = lines.filter { $0["api"]?.string == FaultTests.template }
        #expect(relayed.count == 20)
        #expect(relayed.allSatisfy { $0["client"]?.string == "orders" && $0["outcome"]?.string == "accepted" })
        #expect(relayed.allSatisfy { $0["app"]?.string == "main" && $0["trace_id"]?.string?.count == 32 })
        let accepted = lines.filter { $0["id"]?.string == id }
        #expect(accepted.count == 1)
        #expect(accepted.first?["trace_id"] == answer.json?["trace_id"])
        let log = stage.weir.process.lines.joined(separator: "\n")
        for secret in ["o-secret", token, Stage.key(of: "orders"), SandboxProcess.secret] {
            #expect(!log.contains(secret))
        }
    }

    @Test func `a reload changes the level of a running process`() async throws {
        let stage = try await Stage.start { $0.sections = "log: {level: info}" }
        let quiet = try await stage.weir.accept(.template(to: "o-quiet"))
        try await stage.weir.wait(quiet, for: "sent")
        #expect(LogTests.requests(stage.weir).isEmpty)
        _ = try await stage.weir.api.post("/v1/messages", "not JSON")
        try await eventually("what went wrong is logged") { LogTests.requests(stage.weir).count == 1 }
        var settings = stage.settings
        settings.sections = "log: {level: debug}"
        try settings.write()
        #expect(try await stage.weir.admin.post("/v1/reload", "").status == 200)
        let loud = try await stage.weir.accept(.template(to: "o-loud"))
        try await eventually("requests are logged") {
            LogTests.requests(stage.weir).contains { $0["id"]?.string == loud }
        }
    }
}
