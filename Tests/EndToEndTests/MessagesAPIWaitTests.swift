import Foundation
import Testing

/// When messages go, and waiting for their end.
@Suite(.serialized)
struct MessagesAPIWaitTests {
    private let stage: Stage

    init() async throws {
        stage = try await Stage.start()
    }

    @Test func `Prefer wait answers 200 with the final state`() async throws {
        let answer = try await stage.weir.send(.template(to: "o-1"), headers: [("Prefer", "respond-async, wait=30")])
        #expect(answer.status == 200)
        #expect(answer.data?["state"]?.string == "sent")
        #expect((answer.data?["msgid"]?.string.flatMap { Int64($0) } ?? 0) > 1 << 53)
        let attempts = answer.data?["attempts"]?.array ?? []
        #expect(attempts.count == 1)
        #expect(attempts.first?["n"]?.int == 1)
        #expect(attempts.first?["outcome"]?.string == "accepted")
        #expect(attempts.first?["errcode"]?.int == 0)
        #expect(attempts.first?["duration_ms"]?.int != nil)
    }

    @Test func `Prefer return=representation answers 202 with the place in the queue, and nothing else does`()
        async throws
    {
        #expect(try await stage.weir.admin.post("/v1/apps/main/pause", "{}").status == 200)
        let preference = [(name: "Prefer", value: "return=representation")]
        let first = try await stage.weir.send(
            .template(to: "o-1", members: ",\"not_before\":\"2099-01-01T00:00:00Z\""),
            headers: preference
        )
        #expect(first.status == 202 && first.data?["expected_at"]?.string == "2099-01-01T00:00:00.000Z")
        for place in 0..<3 {
            let answer = try await stage.weir.send(.template(to: "o-\(place)"), headers: preference)
            #expect(answer.status == 202 && answer.header("preference-applied") == "return=representation")
            let position = try #require(answer.data?["position"]?.int)
            #expect(answer.data?["reason"]?.string == "paused" && (0...place).contains(position))
        }
        #expect(try await stage.weir.send(.template(to: "o-4")).data?["position"] == nil)
    }

    @Test func `Prefer wait answers 200 with a failure's errcode too`() async throws {
        let answer = try await stage.weir.send(.template(to: "o-unfollowed"), headers: [("Prefer", "wait=30")])
        #expect(answer.status == 200)
        #expect(answer.data?["state"]?.string == "failed")
        let attempt = answer.data?["attempts"]?.array.first
        #expect(attempt?["outcome"]?.string == "recipient")
        #expect(attempt?["errcode"]?.int == 43004)
        #expect(attempt?["errmsg"]?.string?.contains("require subscribe") == true)
        #expect(attempt?["rid"]?.string?.isEmpty == false)
    }

    @Test func `Prefer wait answers 202 when the time is over first`() async throws {
        let message = Message.template(
            to: "o-1",
            members: #","not_before":"2099-01-01T00:00:00Z","not_after":"2099-01-02T00:00:00Z""#
        )
        let answer = try await stage.weir.send(message, headers: [("Prefer", "wait=1")])
        #expect(answer.status == 202)
        #expect(answer.data?["state"]?.string == "pending")
        #expect(answer.data?["reason"]?.string == "scheduled")
        #expect(answer.data?["next_at"]?.string == "2099-01-01T00:00:00.000Z")
    }

    @Test(arguments: [
        ("wait=61", "wait=60"), ("wait=60;foo=bar", "wait=60"), ("wait=soon", nil), ("wait=-1", nil),
    ])
    func `a preference never fails a request`(prefer: String, applied: String?) async throws {
        let answer = try await stage.weir.send(.template(to: "o-1"), headers: [("Prefer", prefer)])
        #expect(answer.status == (applied == nil ? 202 : 200))
        #expect(answer.header("preference-applied") == applied)
    }

    @Test func `nothing leaves before not_before`() async throws {
        let start = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 4).rounded(.down))
        let text = start.ISO8601Format()
        let message = Message.template(to: "o-1", members: #","not_before":"\#(text)""#)
        let id = try await stage.weir.accept(message)
        let waiting = try await stage.weir.status(id)
        #expect(waiting?["state"]?.string == "pending")
        #expect(waiting?["reason"]?.string == "scheduled")
        #expect(try await stage.sandbox.deliveries().isEmpty)
        try await stage.weir.wait(id, for: "sent")
        let shown = try #require(try await stage.sandbox.deliveries().first?["at"]?.int)
        // WeChat's clock is this machine's.
        #expect(Double(shown) >= (start.timeIntervalSince1970 * 1000).rounded(.down))
    }

    @Test func `a message that waited past not_after expires and is never shown`() async throws {
        _ = try await stage.weir.admin.post("/v1/apps/main/pause")
        let end = Date().addingTimeInterval(2).ISO8601Format()
        let id = try await stage.weir.accept(.template(to: "o-1", members: #","not_after":"\#(end)""#))
        try await stage.weir.wait(id, for: "expired")
        _ = try await stage.weir.admin.post("/v1/apps/main/resume")
        let marker = try await stage.weir.accept(.template(to: "o-marker"))
        try await stage.weir.wait(marker, for: "sent")
        #expect(try await stage.sandbox.shown() == ["o-marker": 1])
        #expect(try await stage.weir.metrics().sum("weir_messages_ended_total", "state=\"expired\"") == 1)
    }
}
