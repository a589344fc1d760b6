import Testing

/// Changing one's mind: cancel and redrive.
@Suite(.serialized)
struct MessagesAPILifeTests {
    private let stage: Stage
    private static let later = #","not_before":"2099-01-01T00:00:00Z","not_after":"2099-01-02T00:00:00Z""#

    init() async throws {
        stage = try await Stage.start { settings in
            settings.sections = """
                retry:
                  once: {attempts: 1, ladder: [], max_age: 1m}
                """
        }
    }

    @Test func `a scheduled message can be cancelled, once`() async throws {
        let id = try await stage.weir.accept(.template(to: "o-1", members: Self.later))
        let answer = try await stage.weir.api.call("DELETE", "/v1/messages/\(id)")
        #expect(answer.status == 200)
        #expect(answer.data?["state"]?.string == "cancelled")
        #expect(try await stage.weir.status(id)?["state"]?.string == "cancelled")
        let again = try await stage.weir.api.call("DELETE", "/v1/messages/\(id)")
        #expect(again.status == 409)
        #expect(again.error == "wrong_state")
        #expect(again.message.contains("cancelled"))
        #expect(try await stage.weir.metrics().sum("weir_messages_ended_total", "state=\"cancelled\"") == 1)
    }

    @Test func `a message with an attempt in flight can't be cancelled`() async throws {
        try await stage.sandbox.fault(#""kind":"latency","ms":3000,"count":1,"api":"/cgi-bin/message/template/send""#)
        let id = try await stage.weir.accept(.template(to: "o-1"))
        try await eventually("it is in flight") { try await !stage.sandbox.deliveries().isEmpty }
        let answer = try await stage.weir.api.call("DELETE", "/v1/messages/\(id)")
        #expect(answer.status == 409)
        #expect(answer.error == "wrong_state")
        #expect(answer.message.contains("in flight"))
        #expect((answer.retryAfter ?? 0) > 0)
        #expect(try await stage.weir.status(id)?["state"]?.string == "sending")
        try await stage.weir.wait(id, for: "sent")
        #expect(try await stage.sandbox.shown() == ["o-1": 1])
    }

    @Test func `a dead message is redriven and arrives`() async throws {
        try await stage.sandbox.fault(#""kind":"errcode","errcode":-1"#)
        let id = try await stage.weir.accept(.template(to: "o-1", members: #","retry_class":"once""#))
        try await stage.weir.wait(id, for: "dead")
        try await stage.sandbox.endFaults()
        let answer = try await stage.weir.api.post("/v1/messages/\(id)/redrive")
        #expect(answer.status == 202)
        #expect(answer.data?["id"]?.string == id)
        let sent = try await stage.weir.wait(id, for: "sent")
        #expect(sent["attempts"]?.array.compactMap { $0["outcome"]?.string } == ["transient", "accepted"])
        #expect(sent["attempts"]?.array.compactMap { $0["n"]?.int } == [1, 2])
        #expect(try await stage.sandbox.shown() == ["o-1": 1])
        let again = try await stage.weir.api.post("/v1/messages/\(id)/redrive")
        #expect(again.status == 409)
        #expect(again.message.contains("sent"))
    }

    @Test func `a failed message is redriven, and fails again where nothing has changed`() async throws {
        let id = try await stage.weir.accept(.template(to: "o-unfollowed"))
        try await stage.weir.wait(id, for: "failed")
        // Its recipient is suppressed since.
        #expect(try await stage.weir.api.post("/v1/messages/\(id)/redrive").status == 202)
        let refused = try await stage.weir.wait(id, for: "failed")
        #expect(refused["attempts"]?.array.count == 1)
        #expect(try await stage.weir.api.call("DELETE", "/v1/suppressions/main/o-unfollowed").data?["lifted"]?.int == 1)
        #expect(try await stage.weir.api.post("/v1/messages/\(id)/redrive").status == 202)
        try await eventually("it has been tried again") {
            let status = try await stage.weir.status(id)
            return status?["state"]?.string == "failed" && status?["attempts"]?.array.count == 2
        }
    }

    @Test func `an unknown one needs force`() async throws {
        // A customer-service message has nothing that WeChat would know a repeat by.
        try await stage.sandbox.fault(#""kind":"close_after_accept","count":1,"api":"/cgi-bin/message/custom/send""#)
        let id = try await stage.weir.accept(.custom(to: "o-1"))
        try await stage.weir.wait(id, for: "unknown")
        let refused = try await stage.weir.api.post("/v1/messages/\(id)/redrive")
        #expect(refused.status == 409)
        #expect(refused.error == "wrong_state")
        #expect(refused.message.contains("force=true"))
        #expect(try await stage.weir.status(id)?["state"]?.string == "unknown")
        #expect(try await stage.weir.api.post("/v1/messages/\(id)/redrive?force=true").status == 202)
        try await stage.weir.wait(id, for: "sent")
        #expect(try await stage.sandbox.shown() == ["o-1": 2])
    }

    @Test func `all dead messages are redriven at once, no others`() async throws {
        try await stage.sandbox.fault(#""kind":"errcode","errcode":-1,"api":"/cgi-bin/message/template/send""#)
        var ids: [String] = []
        for number in 0..<5 {
            ids.append(try await stage.weir.accept(.template(to: "o-\(number)", members: #","retry_class":"once""#)))
        }
        let failed = try await stage.weir.accept(.custom(to: "o-unfollowed"))
        for id in ids { try await stage.weir.wait(id, for: "dead") }
        try await stage.weir.wait(failed, for: "failed")
        try await stage.sandbox.endFaults()
        let first = try await stage.weir.api.post("/v1/redrive?limit=2")
        #expect(first.data?["redriven"]?.int == 2)
        #expect(first.data?["skipped"]?.int == 0)
        #expect(first.data?["has_more"]?.bool == true)
        let second = try await stage.weir.api.post("/v1/redrive?to=o-0")
        #expect(second.data?["redriven"]?.int == 1)
        #expect(second.data?["has_more"]?.bool == false)
        _ = try await stage.weir.api.post("/v1/redrive")
        for id in ids { try await stage.weir.wait(id, for: "sent") }
        #expect(try await stage.weir.status(failed)?["attempts"]?.array.count == 1)
        let wrong = try await stage.weir.api.post("/v1/redrive?state=sent")
        #expect(wrong.status == 422)
        #expect(wrong.field == "state")
    }
}
