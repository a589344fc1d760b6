import Testing
import WeChat

@testable import Weir

struct AlertContentTests {
    private func text(_ template: String, _ alerts: [AlertItem], truncated: Int = 0, bytes: Int = 4096) -> String {
        AlertContent.notification(AlertFixtures.notification(alerts, truncated: truncated))
            .text(AlertFixtures.template(template), bytes: bytes)
    }

    private let two = [
        AlertFixtures.item("Slow", severity: "warning", firing: false, labels: ["team": "a"], summary: "slow"),
        AlertFixtures.item("Down", labels: ["team": "b"], summary: "down", startsAt: "2026-11-21T01:00:00Z"),
    ]

    @Test(arguments: [
        ("{status}", "firing"), ("{count}/{firing}/{resolved}", "2/1/1"), ("{alertname}", "Down, Slow"),
        ("{severity}", "critical, warning"), ("{summary}", "down, slow"), ("{description}|", "|"),
        ("{receiver} {externalURL}", "weir http://alertmanager:9093"), ("{startsAt}", "2026-11-21 09:00:00"),
        ("{label.team} {label.none}{annotation.summary}", "b, a down, slow"),
        ("{alerts}", "✗ critical Down: down\n✓ warning Slow: slow"),
    ])
    func `a notification's values are those of its alerts, critical ones first`(_ template: String, _ expected: String)
    {
        #expect(text(template, two) == expected)
    }

    @Test(arguments: ["{{ .Labels.x }}", "{count}", "}{", "%s%n", "${HOME}", "<b>x</b>", "\"],\"a\":[\"", "👨‍👩‍👧 中文"])
    func `labels are shown as they are`(_ label: String) {
        let alert = AlertFixtures.item(label, labels: ["instance": label], summary: label)
        #expect(text("{alertname}|{label.instance}", [alert]) == "\(label)|\(label)")
        #expect(text("{alerts}", [alert]) == "✗ critical \(label) \(label): \(label)")
    }

    @Test func `a resolved group says so`() {
        #expect(text("{status}", [AlertFixtures.item(firing: false)]) == "resolved")
    }

    @Test func `of many alerts the critical ones are shown, and how many there are`() {
        var many = (0..<5000).map { AlertFixtures.item("A\($0)", severity: "info", summary: nil) }
        many[4321] = AlertFixtures.item("Worst", summary: nil)
        let lines = text("{alerts}", many, truncated: 12).split(separator: "\n")
        #expect(lines.count == AlertContent.longestList + 2)
        #expect(lines[0] == "✗ critical Worst")
        #expect(lines[20] == "and 4980 more")
        #expect(lines[21] == "(12 left out by Alertmanager)")
    }

    @Test func `the list gives way to the rest of the text`() {
        let many = (0..<100).map { AlertFixtures.item("警报\($0)", summary: String(repeating: "很长的说明", count: 20)) }
        for limit in [600, 2048, 4096] {
            let text = text("头\n{alerts}\n{externalURL}", many, bytes: limit)
            #expect(text.utf8.count <= limit && text.hasPrefix("头\n✗"))
            #expect(text.hasSuffix("more\nhttp://alertmanager:9093"), "\(limit)")
        }
        #expect(text("{summary}", many, bytes: 50).utf8.count <= 50)
    }

    @Test(arguments: [
        ("thing1", 20), ("character_string2", 32), ("phrase3", 5), ("name4", 10), ("first", 200), ("keyword1", 200),
        ("symbol5", 5), ("number6", 32), ("other", 200),
    ])
    func `a field is cut to what WeChat takes`(_ name: String, _ limit: Int) {
        let alert = AlertFixtures.item(summary: String(repeating: "长", count: 500))
        let content = AlertContent.notification(AlertFixtures.notification([alert]))
        let value = content.field(AlertField(name: name, value: AlertFixtures.template("{summary}")))
        #expect(value.count == limit && value.hasSuffix("…"))
    }

    @Test func `a field is never empty`() {
        let content = AlertContent.notification(AlertFixtures.notification())
        #expect(content.field(AlertField(name: "thing1", value: AlertFixtures.template("{label.none} "))) == "-")
    }

    @Test func `a summary counts notifications, critical names first, and has a bound`() {
        var tally = AlertTally()
        for _ in 0..<3 { tally.add(AlertFixtures.notification([AlertFixtures.item("Slow", severity: "warning")])) }
        tally.add(AlertFixtures.notification([AlertFixtures.item("Down"), AlertFixtures.item("Down")]))
        tally.add(AlertFixtures.notification([AlertFixtures.item("Slow", severity: "", firing: false)]))
        #expect(tally.summary == "5 further notifications: 4 firing, 1 resolved; Down ×1, Slow ×4")
        let content = AlertContent.summary(tally)
        let template = AlertFixtures.template(
            "{status} {count} {severity} {alertname} {label.x}{runbook_url}{startsAt}"
        )
        #expect(
            content.text(template, bytes: 200) == "summary 5 critical, warning Down ×1, Slow ×4 2026-11-21 17:00:05"
        )
        for number in 0..<1000 {
            tally.add(AlertFixtures.notification([AlertFixtures.item("N\(number)", severity: "s\(number)")]))
        }
        #expect(tally.names.count == AlertTally.nameLimit && tally.otherNames == 902)
        #expect(tally.severities.count == 5)
        #expect(tally.nameList.hasSuffix(" and 992 more") && tally.summary.count < 300)
    }
}
