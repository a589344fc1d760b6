import Testing

/// The cases behind the numbers.
struct MetricsExemplarTests {
    @Test func `a failure's rid is the exemplar of the counters that it raised, and no label`() async throws {
        let stage = try await Stage.start()
        try await stage.sandbox.fault(#""kind":"errcode","errcode":47003,"count":1"#)
        let failed = try await stage.weir.accept(.template(to: "o-1"))
        let attempt = try await stage.weir.wait(failed, for: "failed")["attempts"]?.array.last
        let rid = try #require(attempt?["rid"]?.string)
        let sent = try await stage.weir.accept(.custom(to: "o-2"))
        try await stage.weir.wait(sent, for: "sent")

        let (exemplars, scrape) = try await exemplars(of: stage)
        for name in ["weir_upstream_requests_total", "weir_upstream_errcodes_total"] {
            let cases = exemplars.filter { $0["name"]?.string == name }
            #expect(cases.count == 1, "\(name)")
            #expect(cases.first?["exemplar"]?["rid"]?.string == rid, "\(name)")
            #expect(cases.first?["labels"]?["api"]?.string == "/cgi-bin/message/template/send", "\(name)")
            #expect(cases.first?["has_time"] == .bool(true), "\(name)")
        }
        #expect(!scrape.contains("rid=\"\(rid)\",") && !scrape.contains(",rid=\"\(rid)\"}\n"))
        let plain = try await stage.weir.admin.get("/metrics").text
        #expect(!plain.contains(rid))
        #expect(!plain.contains(" # {"))
    }

    @Test func `the trace of a message is the exemplar of how long its attempt and its sending took`() async throws {
        // Where traces are kept; nobody takes them there.
        let stage = try await Stage.start { $0.sections = "tracing: {endpoint: \"http://127.0.0.1:\($0.upstream)\"}" }
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let answer = try await stage.weir.send(
            .template(to: "o-1"),
            headers: [("traceparent", "00-\(trace)-00f067aa0ba902b7-01")]
        )
        try await stage.weir.wait(try #require(answer.json?["data"]?["id"]?.string), for: "sent")
        let (exemplars, _) = try await exemplars(of: stage)
        for name in ["weir_upstream_request_duration_seconds_bucket", "weir_message_send_duration_seconds_bucket"] {
            let cases = exemplars.filter { $0["name"]?.string == name }
            #expect(cases.map { $0["exemplar"]?["trace_id"]?.string } == [trace], "\(name)")
        }
    }

    private func exemplars(of stage: Stage) async throws -> (cases: [JSONAny], scrape: String) {
        let type = "application/openmetrics-text; version=1.0.0"
        let scrape = try await stage.weir.admin.call("GET", "/metrics", headers: [("Accept", type)]).text
        let folder = try TemporaryFolder()
        let run = try await CommandRun.python("exemplars.py", [try folder.write("scrape", scrape)])
        #expect(run.status == 0, "\(run.errors)")
        return (run.output.split(separator: "\n").compactMap { JSONAny(String($0)) }, scrape)
    }
}
