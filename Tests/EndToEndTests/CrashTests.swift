import Foundation
import Testing

/// The process dies without warning.
@Suite struct CrashTests {
    private static let messages = 10_000
    private static let crashes = 5

    @Test func `after five kills among ten thousand messages every accepted one is shown once and known`() async throws
    {
        let sandbox = try await SandboxProcess.start()
        let settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        var weir = try await WeirProcess.start(settings)
        // Slow enough that each kill meets many attempts on their way: taken by WeChat, and Weir doesn't know it yet.
        try await sandbox.fault("\"kind\":\"latency\",\"ms\":250,\"api\":\"\(FaultTests.template)\"")
        let traffic = Traffic(
            to: weir.api.port,
            type: "template",
            prefix: "o",
            connections: 16,
            limit: CrashTests.messages
        )
        for crash in 1...CrashTests.crashes {
            try await traffic.accepted(crash * CrashTests.messages / (CrashTests.crashes + 1))
            try await weir.crash()
            weir = try await WeirProcess.start(settings)
            traffic.move(to: weir.api.port)
        }
        try await traffic.accepted(CrashTests.messages)
        try await traffic.stop()
        let tally = traffic.tally
        #expect(tally.refused.isEmpty)

        try await eventually("nothing waits any more") {
            let metrics = try await weir.metrics()
            return metrics.sum("weir_queue_depth") == 0
        }
        expectExactlyOnce(try await sandbox.shown(), tally)
        let states = try await states(of: Array(tally.accepted.values), on: weir.api.port)
        #expect(states == ["sent": tally.accepted.count])
    }

    @Test func `messages that WeChat would not recognise again are never repeated after a kill`() async throws {
        let sandbox = try await SandboxProcess.start()
        let settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        var weir = try await WeirProcess.start(settings)
        // Slow enough that many are on their way when the process dies.
        try await sandbox.fault("\"kind\":\"latency\",\"ms\":100,\"api\":\"\(FaultTests.custom)\"")
        let traffic = Traffic(to: weir.api.port, type: "custom", prefix: "o", connections: 6, limit: 1200)
        for crash in 1...3 {
            try await traffic.accepted(crash * 300)
            try await weir.crash()
            weir = try await WeirProcess.start(settings)
            traffic.move(to: weir.api.port)
        }
        try await traffic.accepted(1200)
        try await traffic.stop()
        try await eventually("nothing waits any more") { try await weir.metrics().sum("weir_queue_depth") == 0 }

        let tally = traffic.tally
        let shown = try await sandbox.shown()
        #expect(shown.values.allSatisfy { $0 == 1 })
        var states: [String: Set<String>] = [:]
        for (openID, id) in tally.accepted {
            let state = try await weir.status(id)?["state"]?.string ?? "not known"
            states[state, default: []].insert(openID)
        }
        #expect(Set(states.keys) == ["sent", "unknown"])
        // What is `sent` was shown; what was not shown is not passed off as sent.
        #expect(states["sent"]?.isSubset(of: shown.keys) == true)
        #expect(Set(tally.accepted.keys).subtracting(shown.keys).isSubset(of: states["unknown"] ?? []))
    }

    // MARK: A WeChat that misbehaves

    /// How many kills: WEIR_TEST_KILLS, else few enough for every day.
    private static let kills = ProcessInfo.processInfo.environment["WEIR_TEST_KILLS"].flatMap { Int($0) } ?? 5

    /// What it does besides answering, and to which share of the calls.
    private static let mischief = [
        "\"kind\":\"hang\",\"ms\":3000,\"rate\":0.002", "\"kind\":\"hang_after_accept\",\"ms\":3000,\"rate\":0.002",
        "\"kind\":\"reset\",\"rate\":0.01", "\"kind\":\"reset_after_accept\",\"rate\":0.01",
        "\"kind\":\"status\",\"rate\":0.01",
        "\"kind\":\"status\",\"status\":503,\"accept\":1,\"rate\":0.01",
        "\"kind\":\"errcode\",\"errcode\":-1,\"rate\":0.02",
        "\"kind\":\"errcode\",\"errcode\":40001,\"rate\":0.002", "\"kind\":\"html\",\"status\":403,\"rate\":0.005",
    ]

    @Test func `under load and before a misbehaving WeChat each kill loses nothing and doubles nothing`() async throws {
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.sections = """
            upstream: {timeout: 1s}
            breaker: {open: 1s, open_max: 2s}
            retry:
              available: {attempts: 3, backoff: 20ms, backoff_max: 100ms, ladder: [1s, 1s, 1s, 2s, 2s, 5s, 5s, 5s], max_age: 2h}
            """
        var weir = try await WeirProcess.start(settings)
        for fault in CrashTests.mischief { try await sandbox.fault("\(fault),\"api\":\"\(FaultTests.template)\"") }
        let traffic = Traffic(to: weir.api.port, type: "template", prefix: "o", connections: 8)
        for kill in 1...CrashTests.kills {
            try await traffic.accepted(kill * 300)
            try await weir.crash()
            weir = try await WeirProcess.start(settings)
            traffic.move(to: weir.api.port)
        }
        try await sandbox.endFaults()
        if CrashTests.kills >= 20 {
            // It parks the lane until the minute ends: too long for every day.
            let full = "\"kind\":\"errcode\",\"errcode\":45011,\"count\":1"
            try await sandbox.fault("\(full),\"api\":\"\(FaultTests.template)\"")
        }
        try await traffic.accepted(CrashTests.kills * 300 + 300)
        try await traffic.stop()
        try await eventually("the minute is over") { try await weir.metrics().sum("weir_queue_depth") < 100 }
        try await eventually("nothing waits any more") { try await weir.metrics().sum("weir_queue_depth") == 0 }
        let tally = traffic.tally
        expectExactlyOnce(try await sandbox.shown(), tally)
        let states = try await states(of: Array(tally.accepted.values), on: weir.api.port)
        #expect(states == ["sent": tally.accepted.count])
    }
}
