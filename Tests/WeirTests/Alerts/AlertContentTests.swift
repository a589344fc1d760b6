import Testing
import WeChat

@testable import Alerting
@testable import Dispatching
@testable import Weir

struct AlertContentTests {
    private func text(_ template: String, _ alerts: [AlertItem], truncated: Int = 0, bytes: Int = 4096) -> String {
        var filling = AlertFilling(.notification(AlertFixtures.notification(alerts, truncated: truncated)))
        return filling.text(AlertFixtures.template(template), bytes: bytes)
    }

    private let english = AlertWords(language: .english)
    private let two = [
        AlertFixtures.item("Slow", severity: "warning", firing: false, labels: ["team": "a"], summary: "slow"),
        AlertFixtures.item("Down", labels: ["team": "b"], summary: "down", startsAt: "2026-11-21T01:00:00Z"),
    ]

    @Test(arguments: [
        ("{status}", "firing"), ("{status_zh}", "告警中"), ("{count}/{firing}/{resolved}", "2/1/1"),
        ("{alertname}", "Down, Slow"),
        ("{severity}", "critical, warning"), ("{summary}", "down, slow"), ("{description}|", "|"),
        ("{receiver} {externalURL}", "weir http://alertmanager:9093"), ("{startsAt}", "2026-11-21 09:00:00"),
        ("{label.team} {label.none}{annotation.summary}", "b, a down, slow"),
        ("{alerts}", "✗ critical Down team=b: down\n✓ warning Slow team=a: slow"), ("{title}", "2 alerts, 1 critical"),
        ("{part}{links}", "Alertmanager: http://alertmanager:9093"), ("{phone}", "down, slow"),
    ])
    func `a notification's values are those of its alerts, critical ones first`(_ template: String, _ expected: String)
    {
        #expect(text(template, two) == expected)
    }

    @Test(arguments: ["{{ .Labels.x }}", "{count}", "}{", "%s%n", "${HOME}", "<b>x</b>", "\"],\"a\":[\"", "👨‍👩‍👧 中文"])
    func `labels are shown as they are`(_ label: String) {
        let alert = AlertFixtures.item(label, labels: ["instance": label], summary: label)
        #expect(text("{alertname}|{label.instance}", [alert]) == "\(label)|\(label)")
        // What is shorter may stand in any text.
        let place = label.utf8.count < 3 ? " instance=\(label)" : ""
        #expect(text("{alerts}", [alert]) == "✗ critical \(label)\(place): \(label)")
    }

    @Test func `a resolved group says so`() {
        #expect(text("{status}{status_zh}", [AlertFixtures.item(firing: false)]) == "resolved已恢复")
    }

    @Test func `of many alerts the critical ones are shown, and how many there are`() {
        var many = (0..<5000).map { AlertFixtures.item("A\($0)", severity: "info", summary: nil) }
        many[4321] = AlertFixtures.item("Worst", summary: nil)
        let lines = text("{alerts}", many, truncated: 12).split(separator: "\n")
        #expect(lines.count == AlertContent.longestList + 2)
        #expect(lines[0] == "✗ critical Worst" && lines[1] == "✗ info A0")
        #expect(lines[20] == "and 4980 more")
        #expect(lines[21] == "(12 left out by Alertmanager)")
    }

    @Test func `the list gives way to the rest of the text`() {
        let many = (0..<100).map { AlertFixtures.item("警报\($0)", summary: String(repeating: "很长的说明", count: 20)) }
        for limit in [600, 2048, 4096] {
            let text = text("头\n{alerts}\n{externalURL}", many, bytes: limit)
            #expect(text.utf8.count <= limit && text.hasPrefix("头\ncritical: 很长的"))
            #expect(text.hasSuffix("more\nhttp://alertmanager:9093"), "\(limit)")
        }
        #expect(text("{summary}", many, bytes: 50).utf8.count <= 50)
    }

    @Test(arguments: [
        ("thing1", 20, "…"), ("phrase3", 5, "长"), ("name4", 10, "长"), ("first", 200, "…"), ("keyword1", 200, "…"),
        ("other", 200, "…"), ("short_thing2", 20, "…"),
    ])
    func `a field is cut to what WeChat takes`(_ name: String, _ limit: Int, _ end: String) {
        let alert = AlertFixtures.item(summary: String(repeating: "长", count: 500))
        var filling = AlertFilling(.notification(AlertFixtures.notification([alert])))
        let value = filling.field(AlertField(name: name, value: AlertFixtures.template("{summary}")))
        #expect(value.count == limit && value.hasSuffix(end))
    }

    @Test(arguments: ["", "{label.none} ", "{summary}", "\u{200B}\u{2060}{annotation.summary} \u{FE0F}\u{3000}"])
    func `a field is never blank, and a text is the standard one then`(_ template: String) {
        let alert = AlertFixtures.item(summary: "\u{200D}\u{200B}\u{61C}\n\u{FEFF}\u{2060}")
        var filling = AlertFilling(.notification(AlertFixtures.notification([alert])))
        #expect(filling.field(AlertField(name: "thing1", value: AlertFixtures.template(template))) == "-")
        #expect(text(template, [alert]).hasPrefix("[firing] WeirDown (1)\n✗ critical\n"))
    }

    @Test(arguments: [
        ("{annotation.summary}", "1 further notification: 1 firing, 0 resolved; WeirDown ×1"),
        ("{annotation.description}", "1 further notification: 1 firing, 0 resolved; WeirDown ×1"),
        ("{annotation.phone_zh}", "1 further notification: 1 firing, 0 resolved; WeirDown ×1"),
        ("{label.alertname}/{label.severity}", "WeirDown ×1/critical"), ("at {label.instance}", "at "),
        (
            "{label.team}{annotation.x}",
            "[summary] 1 further notification: 1 firing, 0 resolved\nWeirDown ×1\nhttp://alertmanager:9093"
        ),
    ])
    func `a summary is never blank either`(_ template: String, _ expected: String) {
        var tally = AlertTally()
        tally.add(AlertFixtures.notification())
        var filling = AlertFilling(.summary(tally))
        #expect(filling.text(AlertFixtures.template(template), bytes: 2048) == expected)
    }

    @Test func `a placeholder is looked up once, however many texts have it`() {
        let many = (0..<AlertWebhook.mostAlerts).map { AlertFixtures.item("A\($0)", severity: "", summary: "s\($0)") }
        var filling = AlertFilling(.notification(AlertFixtures.notification(many)))
        let field = AlertField(name: "thing1", value: AlertFixtures.template("{summary}"))
        let template = AlertFixtures.template(String(repeating: "{alertname}", count: 300))
        // Each look at all the alerts takes milliseconds: without a memory this would be a minute and more.
        for _ in 0..<1000 { #expect(filling.field(field) == "A0 +19999") }
        #expect(filling.text(template, bytes: 2048).hasPrefix("A0, A1, A2 and 19997 moreA0, A1, A2"))
    }

    @Test func `a summary counts notifications, critical names first, and has a bound`() {
        var tally = AlertTally()
        for _ in 0..<3 { tally.add(AlertFixtures.notification([AlertFixtures.item("Slow", severity: "warning")])) }
        tally.add(AlertFixtures.notification([AlertFixtures.item("Down"), AlertFixtures.item("Down")]))
        tally.add(AlertFixtures.notification([AlertFixtures.item("Slow", severity: "", firing: false)]))
        #expect(tally.summary(english) == "5 further notifications: 4 firing, 1 resolved; Down ×1, Slow ×4")
        var filling = AlertFilling(.summary(tally))
        let template = AlertFixtures.template(
            "{status} {status_zh} {count} {severity} {alertname} {label.x}{runbook_url}{startsAt}"
        )
        #expect(
            filling.text(template, bytes: 200) == "summary 汇总 5 critical, warning Down ×1, Slow ×4 2026-11-21 17:00:05"
        )
        for number in 0..<1000 {
            tally.add(AlertFixtures.notification([AlertFixtures.item("N\(number)", severity: "s\(number)")]))
        }
        #expect(tally.names.count == AlertTally.nameLimit && tally.otherNames == 902)
        #expect(tally.severities.count == 5)
        #expect(tally.nameList(english).hasSuffix(" and 992 more") && tally.summary(english).count < 300)
    }
}
