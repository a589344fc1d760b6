import Testing

/// Traces as a collector gets them that reads OTLP with OpenTelemetry's own code.
@Suite struct TracesTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let caller = "00f067aa0ba902b7"

    private static func traceparent(sampled: Bool = true) -> [(name: String, value: String)] {
        [("traceparent", "00-\(trace)-\(caller)-\(sampled ? "01" : "00")")]
    }

    @Test func `a message's trace has its acceptance, three waits and three attempts, each in its place`() async throws
    {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { $0.sections = collector.section() }
        try await stage.sandbox.fault(
            "\"kind\":\"errcode\",\"errcode\":-1,\"api\":\"\(FaultTests.template)\",\"count\":2"
        )
        let answer = try await stage.weir.send(.template(to: "o-traced"), headers: TracesTests.traceparent())
        #expect(answer.json?["trace_id"]?.string == TracesTests.trace)
        let id = try #require(answer.json?["data"]?["id"]?.string)
        try await stage.weir.wait(id, for: "sent")

        let spans = try await collector.wait(for: TracesTests.trace, ["accept": 1, "wait": 3, "attempt": 3])
        let accept = try #require(spans.first { $0.name == "accept" })
        #expect(accept.parent == TracesTests.caller)
        #expect(accept.json["kind"]?.string == "SPAN_KIND_SERVER")
        #expect(accept.json["service"]?.string == "weir")
        #expect(accept.attribute("weir.id")?.string == id)
        let attempts = spans.filter { $0.name == "attempt" }.sorted { $0.start < $1.start }
        let waits = spans.filter { $0.name == "wait" }.sorted { $0.start < $1.start }
        #expect((attempts + waits).allSatisfy { $0.parent == accept.id })
        #expect(attempts.map { $0.json["kind"]?.string } == Array(repeating: "SPAN_KIND_CLIENT", count: 3))
        #expect(attempts.map { $0.attribute("weir.attempt")?.int } == [1, 2, 3])
        #expect(attempts.map(\.isError) == [true, true, false])
        #expect(attempts.map { $0.attribute("wechat.errcode")?.int } == [-1, -1, 0])
        // Each is linked to the acceptance, over the asynchronous hop, and to the attempt that it repeats.
        #expect(attempts[0].links == [accept.id])
        #expect(attempts[1].links == [accept.id, attempts[0].id])
        #expect(attempts[2].links == [accept.id, attempts[1].id])
        for (wait, attempt) in zip(waits, attempts) {
            #expect(wait.start <= wait.end)
            #expect(wait.end == attempt.start)
        }
    }

    @Test func `a message that outlives a crash stays in its trace`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { $0.sections = collector.section() }
        _ = try await stage.weir.admin.post("/v1/apps/main/pause", "")
        let answer = try await stage.weir.send(.template(to: "o-survivor"), headers: TracesTests.traceparent())
        let id = try #require(answer.json?["data"]?["id"]?.string)
        let accept = try #require(try await collector.wait(for: TracesTests.trace, ["accept": 1]).first)
        try await stage.weir.crash()
        let again = try await WeirProcess.start(stage.settings)
        // The pause outlived the crash, too.
        _ = try await again.admin.post("/v1/apps/main/resume", "")
        try await again.wait(id, for: "sent")
        let spans = try await collector.wait(for: TracesTests.trace, ["accept": 1, "wait": 1, "attempt": 1])
        let attempt = try #require(spans.first { $0.name == "attempt" })
        #expect(attempt.parent == accept.id)
        #expect(attempt.links == [accept.id])
    }

    @Test func `a relayed call and its attempt are one trace`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { $0.sections = collector.section() }
        let token = try await stage.weir.token()
        let answer = try await stage.weir.api.call(
            "POST",
            "/cgi-bin/message/template/send?access_token=\(token)",
            headers: TracesTests.traceparent() + [("Content-Type", "application/json")],
            body: Message.templateBody(to: "o-relayed")
        )
        #expect(answer.json?["errcode"]?.int == 0)
        let spans = try await collector.wait(for: TracesTests.trace, ["relay": 1, "wait": 1, "attempt": 1])
        let relay = try #require(spans.first { $0.name == "relay" })
        let attempt = try #require(spans.first { $0.name == "attempt" })
        #expect(relay.parent == TracesTests.caller)
        #expect(attempt.parent == relay.id)
        #expect(relay.start <= attempt.start)
        #expect(relay.attribute("weir.outcome")?.string == "accepted")
    }

    @Test func `what nobody samples is exported when it fails, and only then`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { $0.sections = collector.section(ratio: "0") }
        let fine = try await stage.weir.accept(.template(to: "o-fine"))
        try await stage.weir.wait(fine, for: "sent")
        try await stage.sandbox.fault(
            "\"kind\":\"errcode\",\"errcode\":47003,\"api\":\"\(FaultTests.template)\",\"count\":1"
        )
        let answer = try await stage.weir.send(
            .template(to: "o-failing"),
            headers: TracesTests.traceparent(sampled: false)
        )
        let id = try #require(answer.json?["data"]?["id"]?.string)
        try await stage.weir.wait(id, for: "failed")
        _ = try await collector.wait(for: TracesTests.trace, ["accept": 1, "wait": 1, "attempt": 1])
        let all = try await collector.http.get("/spans").json?["spans"]?.array ?? []
        #expect(all.count == 3)
    }

    @Test func `a collector that is gone or refuses costs spans, which are counted, and nothing else`() async throws {
        let collector = try await TraceCollector.start(answers: [400])
        let stage = try await Stage.start { $0.sections = collector.section() }
        let first = try await stage.weir.accept(.template(to: "o-1"))
        try await stage.weir.wait(first, for: "sent")
        try await eventually("the refused spans are counted") {
            try await stage.weir.metrics().sum("weir_trace_spans_total", "result=\"refused\"") >= 3
        }
        collector.process.signal(9)
        try await collector.process.ended()
        for index in 0..<200 { _ = try await stage.weir.accept(.template(to: "o-more-\(index)")) }
        try await eventually("all of them are sent") {
            try await stage.weir.metrics().sum("weir_messages_total", "state=\"sent\"") == 201
        }
        #expect(try await stage.weir.stop() == 0)
    }
}
