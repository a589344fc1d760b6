import Foundation
import Testing

/// Webhooks that can't be taken, and those that are too many.
struct AlertsAPIRefusalTests {
    @Test func `what is no webhook is refused, counted and told`() async throws {
        let stage = try await AlertsAPIStage.start()
        let good = AlertsAPIStage.webhook("Down")
        let long = String(repeating: "a", count: 20_000_000)
        let cases: [(body: String, status: Int, error: String, result: String)] = [
            (good.replacingOccurrences(of: "\"4\"", with: "\"5\""), 422, "invalid", "version"),
            (good.replacingOccurrences(of: "\"4\"", with: "\"3\""), 422, "invalid", "version"),
            ("not json", 400, "malformed", "malformed"), ("{\"version\":\"4\"}", 400, "malformed", "malformed"),
            (good.replacingOccurrences(of: "Down", with: long), 413, "too_large", "too_large"),
        ]
        for (index, (body, status, error, result)) in cases.enumerated() {
            let answer = try await stage.post(body)
            #expect(answer.status == status && answer.error == error, "\(answer.text)")
            if status == 413 { #expect(answer.header("connection") == "close") }
            let metrics = try await stage.weir.metrics()
            #expect(metrics.sum("weir_alert_webhooks_total", "result=\"\(result)\"") >= 1)
            let told = stage.weir.process.lines.filter { $0.contains("a webhook with alerts was refused") }
            #expect(told.count == index + 1 && told.allSatisfy { $0.count < 1000 })
        }
        #expect(try await stage.post(good).status == 200)
        try await eventually("the good one arrived") { try await stage.shown() == ["firing Down (1): -"] }
    }

    @Test func `only listed clients may post`() async throws {
        let stage = try await AlertsAPIStage.start()
        let webhook = AlertsAPIStage.webhook("Down")
        let orders = Stage.authorization(of: "orders")
        #expect(try await stage.weir.api.call("POST", "/v1/alerts", body: webhook).status == 401)
        #expect(try await stage.weir.api.call("POST", "/v1/alerts", headers: orders, body: webhook).status == 403)
        let other = try await stage.weir.api.call("GET", "/v1/alerts", headers: orders)
        #expect(other.status == 405 && other.header("allow") == "POST")
    }

    @Test func `a flood ends in a summary that a kill doesn't lose`() async throws {
        let stage = try await AlertsAPIStage.start(rate: "4/m")
        for number in 0..<12 {
            let answer = try await stage.post(AlertsAPIStage.webhook("A\(number)", labels: ["n": "\(number)"]))
            #expect(answer.data?["sinks"]?["oncall"]?.string == (number < 4 ? "accepted" : "summarised"))
        }
        try await eventually("four are shown") { try await stage.shown().count == 4 }
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)
        // All of them are known, the summarised ones too.
        for number in 0..<12 {
            let webhook = AlertsAPIStage.webhook("A\(number)", labels: ["n": "\(number)"])
            #expect(try await stage.post(webhook, to: weir).data?["duplicates"]?.int == 1, "\(number)")
        }
        let summary = try await eventually("the summary is shown") { () -> String? in
            let shown = try await stage.shown()
            return shown.count > 4 ? shown.last : nil
        }
        #expect(summary.hasPrefix("summary A10 ×1, A11 ×1, A4 ×1"))
        #expect(summary.contains("8 further notifications: 8 firing, 0 resolved; A10 ×1"))
        #expect(try await stage.shown().count == 5)
    }
}
