import Testing

/// Lines of one header are one list, and a preference fails no request.
@Suite struct HeaderListTests {
    static let preferences: [[String]] = [
        ["wait=100"], ["wait=0"], ["wait=abc"], ["wait=5;strict=1"], ["wait=\"5\""], ["respond-async, wait=3"],
        ["wait=-1"], ["=;,"],
        ["wait=99999999999999999999"],
    ]

    @Test(arguments: preferences)
    func `a preference never fails a message`(lines: [String]) async throws {
        let stage = try await ScriptedStage.start()
        let answer = try await stage.weir.send(.template(to: "o-1"), headers: lines.map { ("Prefer", $0) })
        #expect([200, 202].contains(answer.status), "\(answer.text)")
    }

    @Test(arguments: [["respond-async", "wait=30"], ["foo=1", "bar", "wait=30"], ["wait=30;x=y"], ["wait=100"]])
    func `a preference is found in any line, with parameters, and clamped`(lines: [String]) async throws {
        let stage = try await ScriptedStage.start()
        let answer = try await stage.weir.send(.template(to: "o-1"), headers: lines.map { ("Prefer", $0) })
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.data?["state"]?.string == "sent")
    }

    @Test func `a second Accept line decides like the second half of one`() async throws {
        let stage = try await ScriptedStage.start()
        let lines = [
            (name: "Accept", value: "text/html;q=0.1"),
            (name: "Accept", value: "application/openmetrics-text;version=1.0.0"),
        ]
        let scrape = try await stage.weir.admin.call("GET", "/metrics", headers: lines)
        #expect(scrape.header("content-type")?.hasPrefix("application/openmetrics-text") == true)
        let coded = try await stage.weir.admin.call(
            "GET",
            "/metrics",
            headers: [("Accept-Encoding", "br"), ("Accept-Encoding", "gzip")]
        )
        #expect(coded.header("content-encoding") == "gzip")
    }
}
