import Testing

@testable import Alerting
@testable import Dispatching
@testable import Weir

struct AlertWebhookTests {
    private func refusal(_ text: String) -> MessageRefusal? {
        do throws(MessageRefusal) {
            _ = try AlertWebhook(Array(text.utf8))
            return nil
        } catch { return error }
    }

    @Test func `a webhook is read, and what is not known is passed over`() throws {
        let alerts = [
            AlertFixtures.item(labels: ["x": "{{ .Labels }}\n\"👍"], fingerprint: "f1"),
            AlertFixtures.item("Other", severity: "", firing: false, summary: nil),
        ]
        let webhook = try AlertWebhook(AlertFixtures.webhook(alerts))
        #expect(webhook.alerts == alerts)
        #expect(webhook.groupKey == "{}:{alertname=\"WeirDown\"}" && webhook.receiver == "weir")
        #expect(webhook.externalURL == "http://alertmanager:9093" && webhook.truncated == 0)
        #expect(webhook.alerts[0].isCritical && !webhook.alerts[1].isCritical)
    }

    @Test func `only the version and the alerts are needed`() throws {
        let webhook = try AlertWebhook(Array(#"{"version":"4","alerts":[{"status":"firing","labels":null}]}"#.utf8))
        #expect(webhook.alerts.count == 1 && webhook.alerts[0].labels.isEmpty && webhook.alerts[0].startsAt == nil)
    }

    @Test(arguments: [
        "", "[]", "{", "null", "{\"version\":\"4\"}", #"{"version":"4","alerts":{}}"#, #"{"version":"4","alerts":[]}"#,
        #"{"version":"4","alerts":[1]}"#, #"{"version":"4","alerts":[{}]}"#,
        #"{"version":"4","alerts":[{"status":"maybe"}]}"#,
        #"{"version":"4","alerts":[{"status":"firing","labels":[]}]}"#,
        #"{"version":"4","alerts":[{"status":"firing","labels":{"a":1}}]}"#, #"{"alerts":[{"status":"firing"}]}"#,
        #"{"version":null,"alerts":[{"status":"firing"}]}"#,
    ])
    func `what is no webhook is malformed`(_ text: String) {
        #expect(refusal(text)?.reason == .malformed)
        #expect(refusal(text)?.reason == .malformed)
    }

    @Test func `a group has a bound, far above what Alertmanager sends`() throws {
        func webhook(_ count: Int) -> String {
            let alerts = Array(repeating: #"{"status":"firing"}"#, count: count).joined(separator: ",")
            return #"{"version":"4","alerts":[\#(alerts)]}"#
        }
        #expect(refusal(webhook(AlertWebhook.mostAlerts)) == nil)
        let refused = try #require(refusal(webhook(AlertWebhook.mostAlerts + 1)))
        #expect(refused.reason == .tooLarge && AlertWebhookResult(refused) == .tooLarge)
        #expect(refused.message == "the group may have 20000 alerts, and has more: group_by more labels")
    }

    @Test(arguments: ["\"3\"", "\"5\"", "5", "\"4.1\"", "\"\"", "\"\(String(repeating: "9", count: 5000))\""])
    func `another version is refused by name`(_ version: String) throws {
        let refused = try #require(refusal(#"{"version":\#(version),"alerts":[]}"#))
        #expect(refused.reason == .invalid && refused.field == "version")
        #expect(refused.message.contains("\"4\" is") && refused.message.utf8.count < 150)
    }

    @Test func `each alert goes where its own labels say`() throws {
        let routes = [
            AlertRouteConfiguration(match: ["severity": ["critical"], "team": ["pay", "orders"]], sinks: ["a", "b"]),
            AlertRouteConfiguration(match: ["severity": ["critical"]], sinks: ["b"]),
            AlertRouteConfiguration(sinks: ["c"]),
        ]
        let alerts = [
            AlertFixtures.item("1", labels: ["team": "pay"]), AlertFixtures.item("2", labels: ["team": "x"]),
            AlertFixtures.item("3"), AlertFixtures.item("4", severity: "warning", labels: ["team": "pay"]),
            AlertFixtures.item("5", severity: "", firing: false),
        ]
        let webhook = try AlertWebhook(AlertFixtures.webhook(alerts))
        let notifications = AlertRouter(routes).notifications(webhook)
        #expect(notifications.map(\.sink) == ["a", "b", "c"])
        #expect(notifications.map { $0.alerts.map(\.name) } == [["1"], ["1", "2", "3"], ["4", "5"]])
    }

    @Test func `a notification is the same whatever the order of its alerts, and no other is`() {
        let (one, two) = (AlertFixtures.item("1", fingerprint: "f1"), AlertFixtures.item("2", fingerprint: "f2"))
        let digest = AlertFixtures.notification([one, two]).digest
        #expect(AlertFixtures.notification([two, one, one]).digest == digest)
        var later = two
        later.startsAtText = "2026-11-21T09:00:06Z"
        var resolved = two
        resolved.isFiring = false
        var labelled = two
        (labelled.fingerprint, labelled.labels["x"]) = ("", "y")
        for other in [
            AlertFixtures.notification([one]), AlertFixtures.notification([one, later]),
            AlertFixtures.notification([one, resolved]), AlertFixtures.notification([one, labelled]),
            AlertFixtures.notification([one, two], sink: "team"), AlertFixtures.notification([one, two], group: "g"),
        ] {
            #expect(other.digest != digest)
        }
    }

    @Test func `what says next to nothing is no way to much memory`() throws {
        let zeros = #"{"version":"4","alerts":[0"# + String(repeating: ",0", count: 8 << 20) + "]}"
        #expect(refusal(zeros)?.reason == .tooLarge)
        let members =
            #"{"version":"4","alerts":[{"status":"firing"}]"# + String(repeating: #","a":0"#, count: 1 << 20) + "}"
        #expect(refusal(members)?.reason == .malformed)
        let labels = (0..<200).map { "\"l\($0)\":\"\"" }.joined(separator: ",")
        let alert = #"{"status":"firing","labels":{\#(labels)}}"#
        let many = Array(repeating: alert, count: AlertWebhook.mostTexts / 200 + 1).joined(separator: ",")
        let refused = try #require(refusal(#"{"version":"4","alerts":[\#(many)]}"#))
        #expect(refused.reason == .tooLarge && refused.message.contains("labels and annotations"))
        let deep = String(repeating: "[", count: 100_000)
        #expect(refusal(#"{"version":"4","x":"# + deep)?.reason == .malformed)
    }
}
