import Testing

/// What operators do: breakers and pauses.
@Suite(.serialized)
struct AdminControlTests {
    private let stage: Stage

    init() async throws {
        stage = try await Stage.start()
    }

    private func breaker() async throws -> JSONAny? {
        try await stage.weir.admin.get("/v1/state").data?["breakers"]?.array.first
    }

    @Test func `an opened breaker refuses calls at once and holds messages, a closed one lets them go`() async throws {
        let token = try await stage.weir.token()
        let target = "/cgi-bin/message/template/send?access_token=\(token)"
        #expect(try await stage.weir.api.post(target, Message.templateBody(to: "o-1")).errcode == 0)
        let name = try #require(try await breaker()?["name"]?.string)
        let opened = try await stage.weir.admin.post("/v1/breakers/\(name)/open")
        #expect(opened.status == 200)
        #expect(opened.data?["breaker"]?.string == name)
        #expect(try await breaker()?["state"]?.string == "open")
        #expect(try await breaker()?["mode"]?.string == "open")
        let refused = try await stage.weir.api.post(target, Message.templateBody(to: "o-2"))
        #expect(refused.errcode == 990_002)
        #expect((refused.retryAfter ?? 0) >= 1)
        let id = try await stage.weir.accept(.template(to: "o-3"))
        #expect(try await stage.weir.status(id)?["state"]?.string == "pending")
        #expect(try await stage.weir.status(id)?["reason"]?.string == "breaker_open")
        #expect(try await stage.weir.admin.post("/v1/breakers/\(name)/close").status == 200)
        try await stage.weir.wait(id, for: "sent")
        #expect(try await breaker()?["mode"]?.string == "close")
        #expect(try await stage.weir.admin.post("/v1/breakers/\(name)/auto").status == 200)
        #expect(try await breaker()?["mode"]?.string == "auto")
        #expect(try await stage.sandbox.shown() == ["o-1": 1, "o-3": 1])
    }

    @Test func `a closed breaker stays closed whatever fails, one set to auto opens again`() async throws {
        let (api, token) = (stage.weir.api, try await stage.weir.token())
        let target = "/cgi-bin/user/info?openid=o-1&access_token=\(token)"
        #expect(try await api.get(target).status == 200)
        let name = try #require(try await breaker()?["name"]?.string)
        _ = try await stage.weir.admin.post("/v1/breakers/\(name)/close")
        try await stage.sandbox.fault(#""kind":"status","status":500"#)
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<30 { group.addTask { try await api.get(target) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.errcode != 990_002 })
        #expect(try await breaker()?["state"]?.string == "closed")
        _ = try await stage.weir.admin.post("/v1/breakers/\(name)/auto")
        try await eventually("it opens") {
            _ = try await api.get(target)
            return try await breaker()?["state"]?.string == "open"
        }
    }

    @Test(arguments: [
        "/v1/breakers/nobody/open", "/v1/breakers/nobody/explode", "/v1/apps/nobody/pause", "/v1/apps/main/stop",
    ])
    func `what isn't there is 404 and says where to look`(path: String) async throws {
        let answer = try await stage.weir.admin.post(path)
        #expect(answer.status == 404)
        #expect(answer.error == "not_found")
        #expect(!answer.message.isEmpty)
    }

    @Test func `a paused app holds its messages and refuses calls, a resumed one releases them in order`() async throws
    {
        #expect(try await stage.weir.admin.post("/v1/apps/main/pause").status == 200)
        var ids: [String] = []
        for (number, priority) in ["low", "normal", "urgent"].enumerated() {
            ids.append(
                try await stage.weir.accept(.template(to: "o-\(number)", members: ",\"priority\":\"\(priority)\""))
            )
        }
        let status = try await stage.weir.status(ids[0])
        #expect(status?["state"]?.string == "pending")
        #expect(status?["reason"]?.string == "paused")
        #expect(status?["attempts"]?.array == [])
        let token = try await stage.weir.token()
        let call = try await stage.weir.api.get("/cgi-bin/user/info?openid=o-1&access_token=\(token)")
        #expect(call.errcode == 990_004)
        #expect(call.json?["errmsg"]?.string?.contains("paused") == true)
        let state = try await stage.weir.admin.get("/v1/state").data
        #expect(state?["apps"]?.array.first?["paused"]?.bool == true)
        #expect(
            state?["lanes"]?.array.contains { $0["waits_for"]?.string == "paused" && $0["waiting"]?.int == 3 } == true
        )
        #expect(try await stage.weir.metrics().sum("weir_app_held", "reason=\"paused\"") == 1)
        #expect(try await stage.sandbox.deliveries().isEmpty)
        #expect(try await stage.weir.admin.post("/v1/apps/main/resume").status == 200)
        for id in ids { try await stage.weir.wait(id, for: "sent") }
        #expect(try await stage.sandbox.shown().count == 3)
        #expect(try await stage.weir.metrics().sum("weir_app_held", "reason=\"paused\"") == 0)
    }
}
