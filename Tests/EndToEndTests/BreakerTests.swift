import Foundation
import Testing

/// The breaker before a failing upstream, and before one that only refuses recipients.
@Suite struct BreakerTests {
    private static let sections = """
        breaker: {minimum_calls: 5, open: 1s, open_max: 1s, probes: 1}
        retry:
          available: {attempts: 1, ladder: [1m], max_age: 2h}
        """

    private func gateway(_ sandbox: SandboxProcess) async throws -> WeirProcess {
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.sections = BreakerTests.sections
        return try await WeirProcess.start(settings)
    }

    private func send(_ weir: WeirProcess, _ token: String, to openID: String) async throws -> Answer {
        try await weir.api.post("\(FaultTests.template)?access_token=\(token)", Message.templateBody(to: openID))
    }

    @Test func `the breaker opens, refuses at once, probes, and closes when WeChat is well again`() async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await gateway(sandbox)
        let token = try await weir.token()
        try await sandbox.fault("\"api\":\"\(FaultTests.template)\",\"kind\":\"errcode\",\"errcode\":-1")
        var answers: [Int] = []
        for number in 1...5 {
            answers.append(try await send(weir, token, to: "o-\(number)").json?["errcode"]?.int ?? 0)
        }
        // WeChat's own -1 never reaches a client.
        #expect(answers == Array(repeating: 990_012, count: 5))
        let refusal = try await send(weir, token, to: "o-refused")
        #expect(refusal.json?["errcode"]?.int == 990_002)
        #expect(refusal.header("retry-after") == "1")
        #expect(try await sandbox.requests(FaultTests.template).count == 5)

        // A probe finds it still failing.
        try await eventually("a probe") { () -> Bool in
            _ = try await send(weir, token, to: "o-probe")
            return try await sandbox.requests(FaultTests.template).count == 6
        }
        #expect(try await send(weir, token, to: "o-refused").json?["errcode"]?.int == 990_002)

        try await sandbox.endFaults()
        try await eventually("a probe succeeds") {
            try await send(weir, token, to: "o-well").json?["errcode"]?.int == 0
        }
        #expect(try await send(weir, token, to: "o-after").json?["errcode"]?.int == 0)
        let metrics = try await weir.metrics()
        func moves(to state: String) -> Double { metrics.sum("weir_breaker_transitions_total", "to=\"\(state)\"") }
        #expect(moves(to: "open") == 2)
        #expect(moves(to: "half_open") == 2)
        #expect(moves(to: "closed") == 1)
        #expect(metrics.sum("weir_relay_refusals_total", "errcode=\"990002\"") >= 2)
        #expect(metrics.sum("weir_breaker_open_seconds_total") > 1)
        #expect(try await sandbox.shown() == ["o-well": 1, "o-after": 1])
    }

    @Test(arguments: [43004, 40003, 47003, 45009])
    func `an errcode about a recipient, a message or a quota never opens the breaker`(errcode: Int) async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await gateway(sandbox)
        let token = try await weir.token()
        // All are in flight before the first answer comes, as 45009 parks the lane.
        try await sandbox.fault(
            "\"api\":\"\(FaultTests.template)\",\"kind\":\"errcode\",\"errcode\":\(errcode),\"ms\":1500"
        )
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...40 {
                group.addTask { try await send(weir, token, to: "o-\(number)").json?["errcode"]?.int ?? 0 }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0 == errcode } >= 20)
        #expect(!answers.contains(990_002))
        let metrics = try await weir.metrics()
        #expect(metrics.sum("weir_upstream_errcodes_total", "errcode=\"\(errcode)\"") >= 20)
        #expect(metrics.sum("weir_breaker_transitions_total") == 0)
        #expect(metrics.sum("weir_breaker_state", "state=\"closed\"") >= 1)
        #expect(metrics.sum("weir_breaker_state", "state=\"open\"") == 0)
    }
}
