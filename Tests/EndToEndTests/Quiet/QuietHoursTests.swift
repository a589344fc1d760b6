import Foundation
import Testing

/// Quiet hours, through the built program.
@Suite struct QuietHoursTests {
    /// From an hour ago for two hours, by the clock of UTC.
    private static var now: (yaml: String, end: Date) {
        let minute = Int(Date().timeIntervalSince1970 / 60)
        func text(_ minute: Int) -> String {
            let ofDay = minute % 1440
            return "\"\(String(format: "%02d:%02d", ofDay / 60, ofDay % 60))\""
        }
        let yaml = "{from: \(text(minute - 60)), to: \(text(minute + 60)), zone: UTC}"
        return (yaml, Date(timeIntervalSince1970: Double(minute + 60) * 60))
    }

    private static let lines = "{default: {rate: 100000/s, burst: 100000}}"

    private func reload(_ stage: Stage, on weir: WeirProcess, quiet: String?) async throws {
        var settings = stage.settings
        settings.limits = Self.lines + (quiet.map { "\n    quiet_hours: \($0)" } ?? "")
        try settings.write()
        let answer = try await weir.admin.post("/v1/reload")
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test
    func `messages wait and say why, urgent ones and calls go, a kill changes nothing, and a reload lets them go`()
        async throws
    {
        let (quiet, end) = Self.now
        let stage = try await Stage.start { $0.limits = Self.lines + "\n    quiet_hours: \(quiet)" }
        var weir = stage.weir
        let held = try await weir.send(.template(to: "o-held", members: ",\"retry_class\":\"async\""))
        #expect(held.status == 202)
        let id = try #require(held.data?["id"]?.string)
        let urgent = try await weir.send(
            .template(to: "o-urgent", members: ",\"priority\":\"urgent\""),
            headers: [("Prefer", "wait=30")]
        )
        #expect(urgent.data?["state"]?.string == "sent")
        try await weir.crash()
        weir = try await WeirProcess.start(stage.settings)
        let status = try await weir.api.get("/v1/messages/\(id)").data
        #expect(status?["state"]?.string == "pending" && status?["reason"]?.string == "quiet_hours")
        let until = try #require(status?["next_at"]?.string)
        let shown = try #require(try? Date(until, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        #expect(abs(shown.timeIntervalSince(end)) < 1 && status?["expected_at"]?.string != nil)
        // Three days of lifetime, and what is left of these quiet hours and the three after them.
        let notAfter = try #require(status?["not_after"]?.string)
        let last = try #require(
            try? Date(notAfter, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        )
        #expect(abs(last.timeIntervalSince(end) - 78 * 3600) < 1, "\(notAfter)")
        let explained = try await weir.api.get("/v1/messages/\(id)/explain").text
        #expect(explained.contains("quiet hours of main"))
        let state = try await weir.admin.get("/v1/state").data
        #expect(state?["apps"]?.array.first?["quiet_until"]?.string == until)
        let blocked = try await weir.metrics().sum("weir_lane_blocked", "reason=\"quiet_hours\"")
        #expect(blocked == 1)
        #expect(try await weir.metrics().sum("weir_app_oldest_unsent_timestamp_seconds") == 0)
        let relayed = try await weir.api.post(
            "/cgi-bin/message/template/send?access_token=\(try await weir.token())",
            Message.templateBody(to: "o-relayed")
        )
        #expect(relayed.json?["errcode"]?.int == 0, "\(relayed.text)")
        #expect(try await stage.sandbox.shown() == ["o-urgent": 1, "o-relayed": 1])
        try await reload(stage, on: weir, quiet: nil)
        try await eventually("it is sent") { try await stage.sandbox.shown()["o-held"] == 1 }
        try await reload(stage, on: weir, quiet: quiet)
        let again = try await weir.send(.template(to: "o-again"))
        let second = try #require(again.data?["id"]?.string)
        #expect(try await weir.api.get("/v1/messages/\(second)").data?["reason"]?.string == "quiet_hours")
    }
}
