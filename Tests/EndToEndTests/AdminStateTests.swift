import Testing

/// `GET /v1/state`.
struct AdminStateTests {
    @Test func `the state has its members, and they say what is so`() async throws {
        let stage = try await Stage.start { $0.limits = "{default: {rate: 7/s, burst: 3}}" }
        let id = try await stage.weir.accept(.template(to: "o-1"))
        try await stage.weir.wait(id, for: "sent")
        let later = #","priority":"high","not_before":"2099-01-01T00:00:00Z","not_after":"2099-01-02T00:00:00Z""#
        _ = try await stage.weir.accept(.template(to: "o-2", members: later))
        let answer = try await stage.weir.admin.get("/v1/state")
        #expect(answer.status == 200)
        #expect(answer.header("content-type")?.hasPrefix("application/json") == true)
        let data = try #require(answer.data)
        let breaker = data["breakers"]?.array.first
        #expect(breaker?["app"]?.string == "main")
        #expect(breaker?["state"]?.string == "closed")
        #expect(breaker?["mode"]?.string == "auto")
        let lane = data["lanes"]?.array.first
        #expect(lane?["api"]?.string == "/cgi-bin/message/template/send")
        #expect(lane?["rate_per_second"]?.double == 7)
        #expect(lane?["burst"]?.int == 3)
        let app = data["apps"]?.array.first
        #expect(app?["name"]?.string == "main")
        #expect(app?["paused"]?.bool == false)
        #expect(app?["token_expires_at"]?.string?.hasSuffix("Z") == true)
        #expect(data["queue"]?["capacity"]?.int == 1_000_000)
        #expect(data["queue"]?["messages"]?.int == 1)
        let levels = data["queue"]?["priorities"]?.array ?? []
        #expect(levels.map { $0["priority"]?.string } == ["urgent", "high", "normal", "low"])
        #expect(levels.map { $0["scheduled"]?.int } == [0, 1, 0, 0])
        #expect(levels.map { $0["ready"]?.int } == [0, 0, 0, 0])
        #expect(data["journal"]?["writable"]?.bool == true)
        #expect((data["journal"]?["commits"]?.int ?? 0) > 0)
        #expect(data["in_flight"]?.int == 0)
        #expect(data["relayed_calls"]?.int == 0)
        for word in [SandboxProcess.secret, "o-1", "o-2", "access_token"] {
            #expect(!answer.text.contains(word), "\(word)")
        }
    }
}
