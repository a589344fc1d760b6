import Testing

/// Traces as a collector gets them that reads OTLP with OpenTelemetry's own code.
@Suite struct TracesTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let caller = "00f067aa0ba902b7"

    private static let send = "POST \(FaultTests.template)"

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

        let names = ["POST /v1/messages": 1, "accept main": 1, "wait": 3, TracesTests.send: 3]
        let spans = try await collector.wait(for: TracesTests.trace, names)
        let request = try #require(spans.first { $0.kind == .server })
        #expect(request.parent == TracesTests.caller)
        #expect(request.json["resource"]?["service.name"]?.string == "weir")
        #expect(request.attribute("weir.id")?.string == id)
        let accept = try #require(spans.first { $0.kind == .producer })
        #expect(accept.parent == request.id)
        #expect(accept.attribute("messaging.message.id")?.string == id)
        let attempts = spans.filter { $0.kind == .client }.sorted { $0.start < $1.start }
        let waits = spans.filter { $0.name == "wait" }.sorted { $0.start < $1.start }
        #expect((attempts + waits).allSatisfy { $0.parent == accept.id })
        #expect(attempts.map { $0.attribute("http.request.resend_count")?.int } == [nil, 1, 2])
        #expect(attempts.map { $0.attribute("error.type")?.string } == ["-1", "-1", nil])
        #expect(attempts.allSatisfy { $0.attribute("messaging.message.id")?.string == id })
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
        #expect(try await collector.problems() == [])
    }

    @Test func `a message that outlives a crash stays in its trace`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { $0.sections = collector.section() }
        _ = try await stage.weir.admin.post("/v1/apps/main/pause", "")
        let state = [(name: "tracestate", value: "vendor=a,other=b")]
        let answer = try await stage.weir.send(.template(to: "o-survivor"), headers: TracesTests.traceparent() + state)
        let id = try #require(answer.json?["data"]?["id"]?.string)
        let accepted = ["POST /v1/messages": 1, "accept main": 1]
        let before = try await collector.wait(for: TracesTests.trace, accepted)
        let accept = try #require(before.first { $0.kind == .producer })
        try await stage.weir.crash()
        let again = try await WeirProcess.start(stage.settings)
        // The pause outlived the crash, too.
        _ = try await again.admin.post("/v1/apps/main/resume", "")
        try await again.wait(id, for: "sent")
        let whole = accepted.merging(["wait": 1, TracesTests.send: 1]) { $1 }
        let spans = try await collector.wait(for: TracesTests.trace, whole)
        let attempt = try #require(spans.first { $0.kind == .client })
        #expect(attempt.parent == accept.id)
        #expect(attempt.links == [accept.id])
        #expect(spans.allSatisfy { $0.json["state"]?.string == "vendor=a, other=b" })
        #expect(try await collector.problems() == [])
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
        let spans = try await collector.wait(for: TracesTests.trace, ["wait": 1, TracesTests.send: 2])
        let relay = try #require(spans.first { $0.kind == .server })
        let attempt = try #require(spans.first { $0.kind == .client })
        #expect(relay.parent == TracesTests.caller)
        #expect(attempt.parent == relay.id)
        #expect(relay.start <= attempt.start)
        #expect(relay.attribute("weir.outcome")?.string == "accepted")
        #expect(try await collector.problems() == [])
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
        let names = ["POST /v1/messages": 1, "wait": 1, TracesTests.send: 1]
        let spans = try await collector.wait(for: TracesTests.trace, names)
        #expect(spans.first { $0.kind == .client }?.attribute("error.type")?.string == "47003")
        #expect(try await collector.spans().count == 3)
        #expect(try await collector.problems() == [])
    }

    @Test func `a collector that is gone or refuses costs spans, which are counted, and nothing else`() async throws {
        let collector = try await TraceCollector.start(answers: Array(repeating: 400, count: 100))
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
            try await stage.weir.metrics().sum("weir_messages_ended_total", "state=\"sent\"") == 201
        }
        #expect(try await stage.weir.stop() == 0)
    }
}
