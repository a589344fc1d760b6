import Foundation
import Testing

/// The first line of a process and the last, and what it says of its configuration.
@Suite struct LogLifeTests {
    private func settings() async throws -> WeirSettings {
        WeirSettings(folder: try TemporaryFolder(), sandbox: try await SandboxProcess.start())
    }

    @Test func `a start tells version, configuration and how the last end was: none, clean, killed`() async throws {
        var settings = try await settings()
        settings.sections = Stage.clients(["orders": "", "mail": ""])
        var weir = try await WeirProcess.start(settings)
        let first = try await weir.line("weir starts")
        #expect(first["config"]?.string == settings.file && first["storage"]?.string == settings.storage)
        #expect(first["version"]?.string?.isEmpty == false)
        #expect(first["apps"]?.int == 1 && first["clients"]?.int == 2)
        #expect(first["last_end"]?.string == "none" && first["level"]?.string == "notice")
        #expect(weir.log.first == first)
        try await weir.stop()

        weir = try await WeirProcess.start(settings)
        let second = try await weir.line("weir starts")
        #expect(second["last_end"]?.string == "clean" && second["level"]?.string == "notice")
        #expect(second["last_end_at"]?.string?.hasSuffix("Z") == true)
        #expect(0...300 ~= second["seconds_since"]?.double ?? -1)
        try await weir.crash()

        weir = try await WeirProcess.start(settings)
        let third = try await weir.line("weir starts")
        #expect(third["last_end"]?.string == "unclean" && third["level"]?.string == "warning")
        #expect(-1...300 ~= third["seconds_since"]?.double ?? -2)
        try weir.expectDocumentedLog()
    }

    @Test(arguments: [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")])
    func `a clean stop says what asked for it, how long the drain took, and that all is well`(
        _ signal: Int32,
        _ name: String
    ) async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await WeirProcess.start(WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox))
        let token = try await weir.token()
        try await sandbox.fault("\"kind\":\"latency\",\"ms\":800,\"api\":\"\(FaultTests.custom)\"")
        async let answer = weir.api.post("\(FaultTests.custom)?access_token=\(token)", Message.customBody(to: "o-1"))
        try await eventually("the call is in flight") { try await sandbox.requests(FaultTests.custom).count == 1 }
        let before = weir.log.count
        weir.process.signal(signal)
        #expect(try await weir.process.ended() == 0)
        #expect(try await answer.json?["errcode"]?.int == 0)
        let end = try await weir.line("weir ends")
        #expect(end["reason"]?.string == name && end["clean"]?.bool == true)
        #expect(0.1...10 ~= end["drain_seconds"]?.double ?? 0)
        #expect(end["in_flight"]?.int == 0 && end["messages_left"]?.int == 0)
        #expect(end["uptime_seconds"]?.double ?? 0 > end["drain_seconds"]?.double ?? 0)
        #expect(weir.log.last == end)
        #expect(weir.log.dropFirst(before).allSatisfy { ["notice", "info"].contains($0["level"]?.string) })
        try weir.expectDocumentedLog()
    }

    @Test func `an end that cuts attempts off is none that is clean`() async throws {
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.sections = "upstream: {timeout: 60s}"
        let weir = try await WeirProcess.start(settings)
        try await sandbox.fault("\"kind\":\"hang\",\"ms\":60000,\"api\":\"\(FaultTests.custom)\"")
        _ = try await weir.accept(.custom(to: "o-1"))
        try await eventually("the attempt is in flight") { try await sandbox.requests(FaultTests.custom).count == 1 }
        try await weir.stop()
        let end = try await weir.line("weir ends")
        #expect(end["clean"]?.bool == false && end["in_flight"]?.int == 1 && end["level"]?.string == "warning")
        #expect(end["drain_seconds"]?.double ?? 0 >= 9)
    }

    @Test func `a reload says who asked for it, and a file that is refused what is wrong`() async throws {
        var settings = try await settings()
        let weir = try await WeirProcess.start(settings)
        #expect(try await weir.admin.post("/v1/reload").status == 200)
        _ = try await weir.line("configuration reloaded") { $0["by"]?.string == "admin_api" && $0["apps"]?.int == 1 }
        settings.sections = "log: {level: info}\nquue: {}"
        try settings.write()
        let refused = try await weir.line("configuration refused, the old one stays in force")
        #expect(refused["by"]?.string == "file" && refused["level"]?.string == "error")
        #expect(refused["problem"]?.string?.contains("quue") == true)
        weir.process.signal(SIGHUP)
        _ = try await weir.line("configuration refused, the old one stays in force") { $0["by"]?.string == "signal" }
        let answer = try await weir.admin.post("/v1/reload")
        #expect(answer.status == 422)
        let act = try await weir.line("an operator acts") { $0["status"]?.int == 422 }
        #expect(act["action"]?.string == "reload" && act["who"]?.string == "loopback")
        try weir.expectDocumentedLog()
    }
}
