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
        let traffic = Traffic(
            to: weir.api.port,
            type: "template",
            prefix: "o",
            connections: 6,
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
}
