import Foundation
import Testing

/// A message's life in plain words, of lives that really were.
@Suite(.serialized)
struct ExplainTests {
    private static let send = "/cgi-bin/message/template/send"
    private static let refused = "\"kind\":\"errcode\",\"api\":\"\(send)\",\"errcode\":"

    private func start(
        limits: String = "{default: {rate: 100000/s, burst: 100000}}",
        budget: String = ""
    ) async throws -> Stage {
        try await Stage.start { settings in
            settings.limits = limits
            settings.sections = """
                retry:\(budget)
                  quick: {attempts: 5, backoff: 20ms, backoff_max: 20ms, ladder: [1h], max_age: 2h}
                  once: {attempts: 1, ladder: [], max_age: 1m}
                """
        }
    }

    private func explain(_ weir: WeirProcess, _ id: String) async throws -> JSONAny {
        let answer = try await weir.api.get("/v1/messages/\(id)/explain")
        #expect(answer.status == 200)
        let data = try #require(answer.data)
        #expect(!answer.text.contains("o-secret"))
        #expect(data["id"]?.string == id)
        return data
    }

    private func steps(_ explanation: JSONAny, _ kind: String) -> [JSONAny] {
        explanation["steps"]?.array.filter { $0["kind"]?.string == kind } ?? []
    }

    private func kinds(_ explanation: JSONAny) -> [String] {
        explanation["steps"]?.array.compactMap { $0["kind"]?.string } ?? []
    }

    // MARK: Waits

    @Test func `a wait for the limiter is told with its bucket and how long it was`() async throws {
        let stage = try await start(limits: "{default: {rate: 1/s, burst: 1}}")
        _ = try await stage.weir.accept(.template(to: "o-secret-1"))
        let id = try await stage.weir.accept(.template(to: "o-secret-2"))
        try await stage.weir.wait(id, for: "sent")
        let told = try await explain(stage.weir, id)
        let wait = try #require(steps(told, "waited").first { $0["reason"]?.string == "rate_limited" })
        #expect(wait["api"]?.string == Self.send)
        #expect(100...1_100 ~= wait["duration_ms"]?.int ?? 0)
        #expect(
            wait["text"]?.string?.contains("the limiter of main \(Self.send) (1 in 1 s, at most 1 at once)") == true
        )
        #expect(kinds(told).last == "ended")
    }

    @Test func `what the breaker holds up says so, by the breaker's name, then and afterwards`() async throws {
        let stage = try await start()
        try await stage.weir.wait(try await stage.weir.accept(.template(to: "o-secret-1")), for: "sent")
        let state = try await stage.weir.admin.get("/v1/state")
        let name = try #require(state.data?["breakers"]?.array.first?["name"]?.string)
        #expect(try await stage.weir.admin.post("/v1/breakers/\(name)/open").status == 200)
        let id = try await stage.weir.accept(.template(to: "o-secret-2"))
        let waiting = try await explain(stage.weir, id)
        let now = try #require(steps(waiting, "waiting").first)
        #expect(now["reason"]?.string == "breaker_open")
        #expect(now["breaker"]?.string == name)
        #expect(waiting["summary"]?.string?.contains("the breaker \(name)") == true)
        #expect(try await stage.weir.admin.post("/v1/breakers/\(name)/close").status == 200)
        try await stage.weir.wait(id, for: "sent")
        let told = try await explain(stage.weir, id)
        #expect(steps(told, "waited").first { $0["reason"]?.string == "breaker_open" }?["breaker"]?.string == name)
        #expect(kinds(told).suffix(2) == ["attempt", "ended"])
    }

    @Test func `a spent quota is told with WeChat's code, its rid and when it begins anew`() async throws {
        let stage = try await start()
        // With a token at hand, or the message would wait for that first.
        try await stage.weir.wait(try await stage.weir.accept(.template(to: "o-secret-0")), for: "sent")
        try await stage.sandbox.fault(Self.refused + "45009,\"count\":1")
        let id = try await stage.weir.accept(.template(to: "o-secret-1"))
        try await eventually("it is parked") {
            try await stage.weir.status(id)?["reason"]?.string?.hasPrefix("quota_exhausted") == true
        }
        let other = try await stage.weir.accept(.template(to: "o-secret-2"))
        let told = try await explain(stage.weir, id)
        #expect(kinds(told) == ["accepted", "attempt", "decided", "waiting"])
        let attempt = try #require(steps(told, "attempt").first)
        #expect(attempt["errcode"]?.int == 45009)
        #expect(attempt["rid"]?.string?.isEmpty == false)
        #expect(attempt["meaning"]?.string == "daily quota of this api used up")
        #expect(attempt["advice"]?.string?.isEmpty == false)
        let decided = try #require(steps(told, "decided").first)
        #expect(decided["reason"]?.string == "quota_exhausted")
        #expect(decided["cost"]?.string == "free")
        #expect(decided["text"]?.string?.contains("because WeChat said 45009") == true)
        // Two clocks, each read to the millisecond.
        let (next, said) = (try time(told["next_at"]), try time(decided["next_at"]))
        #expect(abs(next.timeIntervalSince(said)) < 1)
        #expect(steps(told, "waiting").first?["text"]?.string?.contains("1 other waits in its lane.") == true)
        let behind = try await explain(stage.weir, other)
        #expect(steps(behind, "waiting").first?["reason"]?.string == "quota_exhausted")
        #expect(abs(try time(behind["next_at"]).timeIntervalSince(next)) < 1)

        #expect(try await stage.weir.admin.post("/v1/apps/main/resume").status == 200)
        try await stage.weir.wait(id, for: "sent")
        let ended = try await explain(stage.weir, id)
        #expect(steps(ended, "waited").map { $0["reason"]?.string } == ["quota_exhausted"])
    }

    // MARK: Retries

    @Test func `each attempt is told with errcode, rid and cost`() async throws {
        let stage = try await start()
        try await stage.sandbox.fault(Self.refused + "-1,\"count\":2")
        let id = try await stage.weir.accept(.template(to: "o-secret-1", members: #","retry_class":"quick""#))
        let sent = try await stage.weir.wait(id, for: "sent")
        let told = try await explain(stage.weir, id)
        let attempts = steps(told, "attempt")
        #expect(attempts.map { $0["errcode"]?.int } == [-1, -1, 0])
        #expect(attempts.map { $0["rid"]?.string } == sent["attempts"]?.array.map { $0["rid"]?.string })
        #expect(attempts[0]["rid"]?.string?.isEmpty == false)
        #expect(attempts.map { $0["n"]?.int } == [1, 2, 3])
        let decided = steps(told, "decided")
        #expect(decided.map { $0["cost"]?.string } == ["paid", "paid"])
        #expect(decided[1]["text"]?.string?.contains("fast retry 2 of 4 of class quick") == true)
        #expect(told["summary"]?.string?.hasPrefix("WeChat took this message with attempt 3,") == true)
    }

    @Test func `a retry that the spent budget put off says by how much`() async throws {
        let stage = try await start(budget: "\n  budget: {ratio: 0, floor: 1/s}")
        try await stage.sandbox.fault(Self.refused + "-1")
        var ids: [String] = []
        for number in 0..<12 {
            ids.append(
                try await stage.weir.accept(.template(to: "o-secret-\(number)", members: #","retry_class":"quick""#))
            )
        }
        let decided = try await eventually("a retry is put off") { () -> JSONAny? in
            for id in ids {
                let told = try await explain(stage.weir, id)
                if let step = steps(told, "decided").first(where: { $0["cost"]?.string == "deferred" }) { return step }
            }
            return nil
        }
        #expect((decided["deferred_ms"]?.int ?? 0) > 0)
        #expect(decided["text"]?.string?.contains("The retry budget of app main was spent") == true)
    }

    @Test func `a dead message says which limit it reached, and a redrive is part of its life`() async throws {
        let stage = try await start()
        try await stage.sandbox.fault(Self.refused + "-1,\"count\":1")
        let id = try await stage.weir.accept(.template(to: "o-secret-1", members: #","retry_class":"once""#))
        try await stage.weir.wait(id, for: "dead")
        let dead = try await explain(stage.weir, id)
        #expect(
            steps(dead, "ended").first?["text"]?.string?.hasSuffix("1 attempt is all that class once allows.") == true
        )
        #expect(try await stage.weir.api.post("/v1/messages/\(id)/redrive").status == 202)
        try await stage.weir.wait(id, for: "sent")
        #expect(
            kinds(try await explain(stage.weir, id)).filter { $0 != "waited" }
                == ["accepted", "attempt", "redriven", "attempt", "ended"]
        )
    }

    // MARK: Restart

    @Test func `a restart in the middle of an attempt is told, with what followed from it`() async throws {
        let stage = try await start()
        try await stage.sandbox.fault("\"kind\":\"latency\",\"ms\":60000,\"count\":2")
        let known = try await stage.weir.accept(.template(to: "o-secret-1"))
        let lost = try await stage.weir.accept(.custom(to: "o-secret-2"))
        try await eventually("both are in flight") { try await stage.sandbox.deliveries().count == 2 }
        #expect(try await explain(stage.weir, known)["summary"]?.string == "An attempt is on its way to WeChat now.")
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)
        try await weir.wait(known, for: "sent")
        let told = try await explain(weir, known)
        #expect(
            kinds(told).filter { $0 != "waited" && $0 != "gap" }
                == ["accepted", "interrupted", "decided", "attempt", "ended"]
        )
        #expect(steps(told, "decided").first?["text"]?.string?.contains("client_msg_id") == true)
        try await weir.wait(lost, for: "unknown")
        let unknown = try await explain(weir, lost)
        #expect(kinds(unknown) == ["accepted", "interrupted", "ended"])
        #expect(unknown["summary"]?.string?.hasPrefix("Nobody knows whether WeChat took this message") == true)
        #expect(steps(unknown, "ended").first?["text"]?.string?.contains("custom message") == true)
    }

    private func time(_ value: JSONAny?) throws -> Date {
        try Date(#require(value?.string), strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
