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
}
