import Testing

/// Nobody who may use nothing, and no campaign, fills a collector.
@Suite struct TraceBoundTests {
    private static let flags = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]

    @Test func `strangers who ask to be traced are traced a few times, and what they do fails nobody's trace`()
        async throws
    {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { settings in
            settings.sections = collector.section(ratio: "0") + "\n" + Stage.clients(["orders": ""])
        }
        let began = ContinuousClock.now
        for _ in 0..<30 {
            let wrong = [("Authorization", "Bearer wrong-key-0123456789")] + TraceBoundTests.flags
            #expect(try await stage.weir.send(.template(to: "o-1"), headers: wrong).status == 401)
            let path = "/cgi-bin/user/info?access_token=weir1.main.nobody.0123456789abcdef"
            _ = try await stage.weir.api.call("GET", path, headers: TraceBoundTests.flags)
            #expect(try await stage.weir.api.call("GET", "/v1/x", headers: TraceBoundTests.flags).status == 404)
        }
        let seconds = Int((ContinuousClock.now - began) / .seconds(1)) + 1
        let known = Stage.authorization(of: "orders") + TraceBoundTests.flags
        let answer = try await stage.weir.send(.template(to: "o-1"), headers: known)
        let id = try #require(answer.json?["data"]?["id"]?.string)
        // What came before it has arrived with it.
        try await eventually("the known client's span arrives") {
            try await collector.spans().contains { $0.attribute("weir.id")?.string == id && $0.kind == .server }
        }
        let strangers = try await collector.spans().filter { $0.kind == .server && $0.attribute("weir.id") == nil }
        #expect(1...(10 + seconds) ~= strangers.count, "\(strangers.count)")
        #expect(strangers.allSatisfy { !$0.isError })
        #expect(try await collector.problems() == [])
    }

    @Test
    func `a campaign's unfollowed users are no failures, and of failures so many are exported as the bucket grants`()
        async throws
    {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { $0.sections = collector.section(ratio: "0", members: ", failures: 2/d") }
        try await stage.sandbox.fault("\"kind\":\"errcode\",\"errcode\":43004,\"count\":30")
        var ids: [String] = []
        for index in 0..<30 { ids.append(try await stage.weir.accept(.template(to: "o-gone-\(index)"))) }
        for id in ids { try await stage.weir.wait(id, for: "failed") }
        try await stage.sandbox.endFaults()
        try await stage.sandbox.fault("\"kind\":\"errcode\",\"errcode\":47003,\"count\":30")
        ids = []
        for index in 0..<30 { ids.append(try await stage.weir.accept(.template(to: "o-bad-\(index)"))) }
        for id in ids { try await stage.weir.wait(id, for: "failed") }
        try await stage.sandbox.endFaults()
        // Spans come in the order in which they ended: when this one is there, nothing earlier is still to come.
        let last = try await stage.weir.send(.template(to: "o-last"), headers: TraceBoundTests.flags)
        let id = try #require(last.json?["data"]?["id"]?.string)
        try await eventually("the last one's attempt arrives") {
            try await collector.spans().contains { $0.attribute("weir.id")?.string == id && $0.kind == .client }
        }
        let failures = try await collector.spans().filter(\.isError)
        #expect(failures.map { $0.attribute("error.type")?.string } == ["47003"])
        #expect(try await collector.problems() == [])
    }
}
