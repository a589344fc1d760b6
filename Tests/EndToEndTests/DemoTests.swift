import Testing

/// `weir demo --once`.
struct DemoTests {
    @Test func `the demo's traffic all arrives`() async throws {
        let run = try await CommandRun.weir(["demo", "--once"])
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.errors.isEmpty, "\(run.errors)")
        #expect(run.output.contains("20 of 20 messages sent, 21 shown on phones (21 expected)."))
        #expect(run.output.contains("/metrics"))
        #expect(run.output.contains("/v1/state"))
        #expect(run.output.contains("/_sandbox/deliveries"))
        #expect(!run.output.contains("sandbox-secret"))
        let sent = run.output.split(separator: "\n").filter { $0.hasSuffix("  sent") }
        #expect(sent.count == 20)
    }
}
