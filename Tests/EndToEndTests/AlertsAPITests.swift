import Foundation
import Testing

/// Alertmanager's webhooks, posted by the real one.
struct AlertsAPITests {
    private typealias Alertmanager = AlertsAPIAlertmanager

    @Test func `an alert is shown firing and resolved, and an Alertmanager that died doubles nothing`() async throws {
        let stage = try await AlertsAPIStage.start()
        let folder = try TemporaryFolder()
        let alertmanager = try await Alertmanager.start(folder, weir: stage.weir.api.port)
        let labels = ["alertname": "{{ .Down }} {count} \"x\"", "severity": "critical"]
        let summary = "line {one}\nand {{ $two }} \\ 👨‍👩‍👧"
        try await alertmanager.tell([Alertmanager.alert(labels, summary: summary)])
        let firing = "firing {{ .Down }} {count} \"x\" (1): line {one} and {{ $two }} \\ 👨‍👩‍👧"
        try await eventually("the phone shows it") { try await stage.shown() == [firing] }

        // What it has sent it forgets with its life: it sends again, and nobody sees it.
        try await alertmanager.crash()
        let next = try await Alertmanager.start(folder, weir: stage.weir.api.port)
        try await next.tell([Alertmanager.alert(labels, summary: summary)])
        try await eventually("it was told again") {
            try await stage.weir.metrics().sum("weir_alert_webhooks_total", "result=\"duplicate\"") >= 1
        }
        #expect(try await stage.shown() == [firing])

        try await next.tell([Alertmanager.alert(labels, summary: summary, hasEnded: true)])
        let resolved = firing.replacingOccurrences(of: "firing", with: "resolved")
        try await eventually("it is over") { try await stage.shown() == [firing, resolved] }
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_alert_deliveries_total", "sink=\"oncall\"", "state=\"sent\"") == 2)
        #expect(metrics.sum("weir_alert_notifications_total", "sink=\"oncall\"", "result=\"accepted\"") == 2)
    }

    @Test func `what could not be taken Alertmanager brings again, and it is shown once`() async throws {
        // As full as it gets: one urgent message may wait, and it waits for years.
        let stage = try await AlertsAPIStage.start(queue: 1)
        let orders = Stage.authorization(of: "orders")
        let members = #","priority":"urgent","not_before":"2099-01-01T00:00:00Z","not_after":"2099-01-02T00:00:00Z""#
        let blocker = try await stage.weir.send(Message.template(to: "o-1", members: members), headers: orders)
        #expect(blocker.status == 202)
        let alertmanager = try await Alertmanager.start(try TemporaryFolder(), weir: stage.weir.api.port)
        try await alertmanager.tell([Alertmanager.alert(["alertname": "Down"])])
        try await eventually("it was refused") {
            try await stage.weir.metrics().sum("weir_alert_webhooks_total", "result=\"unavailable\"") >= 1
        }
        #expect(stage.weir.process.lines.contains { $0.contains("a webhook with alerts was refused") })
        let id = blocker.data?["id"]?.string ?? ""
        #expect(try await stage.weir.api.call("DELETE", "/v1/messages/\(id)", headers: orders).status == 200)
        try await eventually("it came again") { try await stage.shown() == ["firing Down (1): it is down"] }
    }

    @Test func `five thousand alerts in one group are one message`() async throws {
        let stage = try await AlertsAPIStage.start()
        let alertmanager = try await Alertmanager.start(try TemporaryFolder(), weir: stage.weir.api.port)
        let alerts = (0..<5000).map { number in
            Alertmanager.alert(
                [
                    "alertname": "Many", "instance": "host-\(number).example.com:9100", "job": "node",
                    "dc": "shanghai-1",
                ],
                summary: "host-\(number).example.com does not answer for five minutes"
            )
        }
        try await alertmanager.tell(alerts)
        try await eventually("the phone shows all of them") {
            try await stage.shown().contains { $0.hasPrefix("firing Many (5000): host-") && $0.count < 300 }
        }
        #expect(try await stage.shown().count <= 2)
    }
}
