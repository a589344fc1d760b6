import Foundation
import Testing

/// A process's ordinary life: it ends when it is told to, and reads its file anew.
@Suite struct LifeTests {
    @Test func `SIGTERM under load lets calls in flight end and leaves the rest for the next start, each shown once`()
        async throws
    {
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.limits = "{\(FaultTests.custom): {rate: 40/s, burst: 20}}"
        let first = try await WeirProcess.start(settings)
        // Customer-service messages: were an attempt cut, it could not be repeated.
        try await sandbox.fault("\"kind\":\"latency\",\"ms\":300,\"api\":\"\(FaultTests.custom)\"")
        let traffic = Traffic(to: first.api.port, type: "custom", prefix: "o", connections: 4)
        try await traffic.accepted(300)
        let began = try await sandbox.requests(FaultTests.custom).count
        #expect(began > 0)
        #expect(try await first.stop() == 0)
        try await traffic.stop()
        let tally = traffic.tally
        // Whoever came after the signal was refused, and told so.
        #expect(tally.refused.keys.allSatisfy { $0 == 503 })
        let arrived = try await sandbox.requests(FaultTests.custom).count
        #expect(arrived < tally.accepted.count)

        try await sandbox.endFaults()
        settings.limits = "{default: {rate: 10000/s, burst: 10000}}"
        let second = try await WeirProcess.start(settings)
        try await eventually("nothing waits any more") { try await second.metrics().sum("weir_queue_depth") == 0 }
        expectExactlyOnce(try await sandbox.shown(), tally)
        let states = try await states(of: Array(tally.accepted.values), on: second.api.port)
        #expect(states == ["sent": tally.accepted.count])
    }

    @Test func `SIGTERM lets a relayed call in flight end`() async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await WeirProcess.start(WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox))
        let token = try await weir.token()
        try await sandbox.fault("\"kind\":\"latency\",\"ms\":1500,\"api\":\"\(FaultTests.custom)\"")
        async let answer = weir.api.post("\(FaultTests.custom)?access_token=\(token)", Message.customBody(to: "o-last"))
        try await eventually("the call is in flight") { try await sandbox.requests(FaultTests.custom).count == 1 }
        #expect(try await weir.stop() == 0)
        #expect(try await answer.json?["errcode"]?.int == 0)
        #expect(try await sandbox.shown() == ["o-last": 1])
    }

    @Test func `a reader of the log who goes away takes nobody along`() async throws {
        let sandbox = try await SandboxProcess.start()
        let settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        // The reader leaves as soon as it has seen both listeners.
        let reader = """
            while IFS= read -r line; do
              echo "$line" >&3
              [[ $line == *listening* ]] && ((++listeners == 2)) && break
            done
            """
        let process = try ChildProcess(
            "/bin/bash",
            ["-c", "exec 3>&2; exec \"$0\" serve --config \"$1\" 2> >(\n\(reader)\n)", Binary.weir(), settings.write()]
        )
        let weir = try await WeirProcess.ready(process)
        for _ in 1...3 { #expect(try await weir.admin.post("/v1/reload").status == 200) }
        let id = try await weir.accept(.template(to: "o-1"))
        try await weir.wait(id, for: "sent")
        #expect(try await weir.stop() == 0)
    }

    // MARK: Reloading

    private func rate(_ weir: WeirProcess) async throws -> Double? {
        let lanes = try await weir.admin.get("/v1/state").json?["data"]?["lanes"]?.array ?? []
        return lanes.first { $0["api"]?.string == FaultTests.template }?["rate_per_second"]?.double
    }

    @Test func `SIGHUP changes limits under load without an error, and with a bad file changes nothing`() async throws {
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.limits = "{\(FaultTests.template): {rate: 20/s, burst: 5}}"
        let weir = try await WeirProcess.start(settings)
        let token = try await weir.token()
        let relayed = RelayTraffic(to: weir.api.port, token: token, connections: 4)
        try await eventually("the first limit holds") { try await rate(weir) == 20 }

        settings.limits = "{\(FaultTests.template): {rate: 5000/s, burst: 5000}}"
        try settings.write()
        weir.process.signal(SIGHUP)
        try await eventually("the new limit holds") { try await rate(weir) == 5000 }
        let before = relayed.answers.values.reduce(0, +)
        try await eventually("five hundred calls at the new rate") {
            relayed.answers.values.reduce(0, +) > before + 500
        }

        settings.limits = "{\(FaultTests.template): {rate: 1/s, brust: 5}}"
        try settings.write()
        weir.process.signal(SIGHUP)
        let problem = try await eventually("the log names the place") {
            weir.process.lines.first { $0.contains("configuration refused") }
        }
        // The line and column of `brust`, and the key that was meant.
        #expect(problem.contains("\(settings.file):8:"), "\(problem)")
        #expect(problem.contains("brust") && problem.contains("burst"))
        #expect(try await rate(weir) == 5000)
        #expect(try await weir.metrics().sum("weir_config_reloads_total", "result=\"refused\"") >= 1)
        try await relayed.stop()
        #expect(Set(relayed.answers.keys) == [0])
    }
}
