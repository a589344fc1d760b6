import Testing

/// `GET /v1/messages` and who sees what.
@Suite(.serialized)
struct MessagesAPIListTests {
    private static let later = #","not_before":"2099-01-01T00:00:00Z","not_after":"2099-01-02T00:00:00Z""#

    private func ids(_ answer: Answer) -> [String] {
        answer.data?["messages"]?.array.compactMap { $0["id"]?.string } ?? []
    }

    @Test func `filters choose, and pages follow one another without a gap`() async throws {
        let stage = try await Stage.start()
        let weir = stage.weir
        var sent: [String] = []
        var waiting: [String] = []
        for number in 0..<7 { sent.append(try await weir.accept(.template(to: "o-\(number % 2)"))) }
        for number in 0..<3 { waiting.append(try await weir.accept(.template(to: "o-\(number)", members: Self.later))) }
        for id in sent { try await weir.wait(id, for: "sent") }
        let all = Array((sent + waiting).reversed())
        #expect(ids(try await weir.api.get("/v1/messages")) == all)
        #expect(ids(try await weir.api.get("/v1/messages?state=pending")) == waiting.reversed())
        #expect(ids(try await weir.api.get("/v1/messages?state=sent,pending")) == all)
        #expect(ids(try await weir.api.get("/v1/messages?state=sent&state=dead")) == sent.reversed())
        #expect(ids(try await weir.api.get("/v1/messages?to=o-2")) == [waiting[2]])
        #expect(ids(try await weir.api.get("/v1/messages?to=o-1&state=sent")) == [sent[5], sent[3], sent[1]])
        #expect(ids(try await weir.api.get("/v1/messages?app=main")) == all)
        #expect(ids(try await weir.api.get("/v1/messages?app=\(SandboxProcess.appID)")) == all)
        #expect(ids(try await weir.api.get("/v1/messages?app=nobody")) == [])
        #expect(ids(try await weir.api.get("/v1/messages?since=2026-01-01T00:00:00%2B08:00")) == all)
        #expect(ids(try await weir.api.get("/v1/messages?since=2099-01-01T00:00:00Z")) == [])
        var pages: [[String]] = []
        var target: String? = "/v1/messages?limit=4"
        while let present = target, pages.count < 5 {
            let answer = try await weir.api.get(present)
            pages.append(ids(answer))
            target = answer.data?["next"]?.string.map { "/v1/messages?limit=4&cursor=\($0)" }
        }
        #expect(pages.flatMap { $0 } == all)
        #expect(pages.filter { !$0.isEmpty }.map(\.count) == [4, 4, 2])
    }

    @Test(arguments: [
        ("state=done", "state", "pending, sending, sent"),
        ("since=yesterday", "since", "with an offset"),
        ("since=2026-11-21T09:00:00", "since", "with an offset"),
        ("limit=0", "limit", "1 to 1000"),
        ("limit=1001", "limit", "1 to 1000"),
        ("limit=many", "limit", "1 to 1000"),
        ("cursor=here", "cursor", "none that Weir gave out"),
        ("status=sent", "status", "state, app, to, since, limit, cursor"),
    ])
    func `a filter that can't be is explained`(query: String, field: String, words: String) async throws {
        let stage = try await Stage.start()
        let answer = try await stage.weir.api.get("/v1/messages?\(query)")
        #expect(answer.status == 422)
        #expect(answer.error == "invalid")
        #expect(answer.field == field)
        #expect(answer.message.contains(words), "\(answer.message)")
    }

    @Test func `a client sees and touches only its own messages`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": "", "billing": ""]) }
        let (orders, billing) = (Stage.authorization(of: "orders"), Stage.authorization(of: "billing"))
        let sent = try await stage.weir.send(.template(to: "o-1", members: Self.later), headers: orders)
        let id = try #require(sent.data?["id"]?.string)
        #expect(try await stage.weir.api.call("GET", "/v1/messages/\(id)", headers: orders).status == 200)
        for (method, target) in [
            ("GET", "/v1/messages/\(id)"), ("DELETE", "/v1/messages/\(id)"), ("POST", "/v1/messages/\(id)/redrive"),
        ] {
            let answer = try await stage.weir.api.call(
                method,
                target,
                headers: billing,
                body: method == "POST" ? "" : nil
            )
            #expect(answer.status == 404, "\(method)")
            #expect(answer.error == "not_found")
            #expect(!answer.text.contains("o-1"))
        }
        #expect(ids(try await stage.weir.api.call("GET", "/v1/messages", headers: billing)) == [])
        #expect(ids(try await stage.weir.api.call("GET", "/v1/messages", headers: orders)) == [id])
        #expect(try await stage.weir.api.call("DELETE", "/v1/messages/\(id)", headers: orders).status == 200)
    }

    @Test(arguments: ["nonsense", "0000000000000", "zzzzzzzzzzzzz", "..%2f..", "%00"])
    func `an id that is nobody's is 404`(id: String) async throws {
        let stage = try await Stage.start()
        let answer = try await stage.weir.api.get("/v1/messages/\(id)")
        #expect(answer.status == 404)
        #expect(answer.error == "not_found")
    }
}
