import Testing

/// Handing the same message over again.
@Suite(.serialized)
struct MessagesAPIIdempotencyTests {
    private let stage: Stage
    private static let key = [(name: "Idempotency-Key", value: "order-1-shipped")]

    init() async throws {
        stage = try await Stage.start()
    }

    @Test func `two messages under one key are one delivery`() async throws {
        let first = try await stage.weir.send(.template(to: "o-1"), headers: Self.key)
        #expect(first.status == 202)
        #expect(first.header("idempotent-replayed") == nil)
        let id = try #require(first.data?["id"]?.string)
        #expect(first.header("location") == "/v1/messages/\(id)")
        try await stage.weir.wait(id, for: "sent")
        let second = try await stage.weir.send(.template(to: "o-1"), headers: Self.key)
        #expect(second.status == 200)
        #expect(second.header("idempotent-replayed") == "true")
        #expect(second.data?["id"]?.string == id)
        #expect(second.data?["state"]?.string == "sent")
        #expect(try await stage.sandbox.shown() == ["o-1": 1])
    }

    @Test func `the same JSON written differently is the same message`() async throws {
        let first = try await stage.weir.api.call(
            "POST",
            "/v1/messages",
            headers: Self.key,
            body: #"{"type":"template","message":{"touser":"o-1","template_id":"t","data":{}}}"#
        )
        let second = try await stage.weir.api.call(
            "POST",
            "/v1/messages",
            headers: Self.key,
            body: #"{ "message": {"data": {}, "template_id": "\u0074", "touser": "o-1"}, "type": "template" }"#
        )
        #expect([first.status, second.status] == [202, 200])
        #expect(first.data?["id"] == second.data?["id"])
    }

    @Test func `another body under the key is refused`() async throws {
        #expect(try await stage.weir.send(.template(to: "o-1"), headers: Self.key).status == 202)
        let other = try await stage.weir.send(.template(to: "o-2"), headers: Self.key)
        #expect(other.status == 409)
        #expect(other.error == "conflict")
        #expect(other.field == "Idempotency-Key")
        #expect(try await stage.weir.api.get("/v1/messages?to=o-2").data?["messages"]?.array == [])
    }

    @Test func `of many at once under one key one is accepted and the others wait for it`() async throws {
        let stage = stage
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<20 { group.addTask { try await stage.weir.send(.template(to: "o-1"), headers: Self.key) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.filter { $0.status == 202 }.count == 1)
        #expect(answers.filter { $0.status == 200 && $0.header("idempotent-replayed") == "true" }.count == 19)
        let ids = Set(answers.compactMap { $0.data?["id"]?.string })
        #expect(ids.count == 1)
        try await stage.weir.wait(ids.first ?? "", for: "sent")
        #expect(try await stage.sandbox.shown() == ["o-1": 1])
    }

    @Test(arguments: ["", "two words", "ключ", String(repeating: "k", count: 256)])
    func `a key is 1 to 255 visible ASCII characters`(key: String) async throws {
        let answer = try await stage.weir.send(.template(to: "o-1"), headers: [("Idempotency-Key", key)])
        #expect(answer.status == 422)
        #expect(answer.field == "Idempotency-Key")
        #expect(answer.message.contains("1–255 visible ASCII"))
    }

    @Test func `a key outlives the process`() async throws {
        let first = try await stage.weir.send(.template(to: "o-1"), headers: Self.key)
        try await stage.weir.wait(first.data?["id"]?.string ?? "", for: "sent")
        try await stage.weir.stop()
        let weir = try await WeirProcess.start(stage.settings)
        let second = try await weir.send(.template(to: "o-1"), headers: Self.key)
        #expect(second.status == 200)
        #expect(second.data?["id"] == first.data?["id"])
        #expect(try await stage.sandbox.shown() == ["o-1": 1])
    }

    @Test func `one client's key is no other's`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": "", "billing": ""]) }
        for client in ["orders", "billing"] {
            let headers = Self.key + Stage.authorization(of: client)
            #expect(try await stage.weir.send(.template(to: "o-\(client)"), headers: headers).status == 202)
        }
    }
}
