import Testing

/// `POST /v1/reload`.
@Suite(.serialized)
struct AdminReloadTests {
    @Test func `a good file is in force at once and the answer says what changed`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": ""]) }
        var settings = stage.settings
        settings.limits = "{default: {rate: 9/s, burst: 4}}"
        settings.sections = Stage.clients(["billing": ""])
        try settings.write()
        let answer = try await stage.weir.admin.post("/v1/reload")
        #expect(answer.status == 200)
        let changes = answer.data?["changes"]?.array.compactMap(\.string) ?? []
        #expect(changes.contains { $0.contains("limits") })
        #expect(changes.contains { $0.contains("billing") })
        #expect(!answer.text.contains(Stage.key(of: "billing")) && !answer.text.contains(Stage.key(of: "orders")))
        let (old, new) = (Stage.authorization(of: "orders"), Stage.authorization(of: "billing"))
        #expect(try await stage.weir.api.call("GET", "/v1/messages", headers: old).status == 401)
        #expect(try await stage.weir.send(.template(to: "o-1"), headers: new).status == 202)
        let lane = try await stage.weir.admin.get("/v1/state").data?["lanes"]?.array.first
        #expect(lane?["rate_per_second"]?.double == 9)
    }

    @Test func `a bad file is refused like weir check does it, and the old one stays in force`() async throws {
        let stage = try await Stage.start()
        var settings = stage.settings
        settings.sections = "queue:\n  capasity: 10"
        try settings.write()
        let answer = try await stage.weir.admin.post("/v1/reload")
        #expect(answer.status == 422)
        #expect(answer.error == "invalid_configuration")
        let check = try await CommandRun.weir(["check", "--config", settings.file])
        #expect(check.errors == answer.message + "\n")
        #expect(answer.message.contains("capacity"))
        let id = try await stage.weir.accept(.template(to: "o-1"))
        try await stage.weir.wait(id, for: "sent")
        #expect(try await stage.weir.metrics().sum("weir_config_reloads_total", "result=\"refused\"") >= 1)
        try stage.settings.write()
        #expect(try await stage.weir.admin.post("/v1/reload").status == 200)
    }

    @Test func `what needs a restart is said, and stays as it was`() async throws {
        let stage = try await Stage.start()
        var settings = stage.settings
        settings.storage += "-elsewhere"
        try settings.write()
        let answer = try await stage.weir.admin.post("/v1/reload")
        #expect(answer.status == 200)
        #expect(answer.text.contains("restart"), "\(answer.text)")
        let id = try await stage.weir.accept(.template(to: "o-1"))
        try await stage.weir.wait(id, for: "sent")
    }
}
