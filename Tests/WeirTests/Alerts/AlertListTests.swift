import Testing

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// What tells the alerts of one notification apart.
struct AlertListTests {
    private func text(
        _ template: AlertTemplate,
        _ alerts: [AlertItem],
        in language: AlertLanguage = .english,
        markup: AlertMarkup = .plain
    ) -> String {
        var filling = AlertFilling(.notification(AlertFixtures.notification(alerts)), in: language, markup: markup)
        return filling.text(template, bytes: 4096)
    }

    private func refusing(_ code: String, firing: Bool = true) -> AlertItem {
        var item = AlertFixtures.item(
            "WeirRelayRefusing",
            severity: "warning",
            firing: firing,
            labels: ["app": "main", "errcode": code, "job": "weir"],
            summary: "Callers get \(code)."
        )
        item.annotations["summary_zh"] = "调用方收到 \(code)。"
        return item
    }

    @Test func `four alerts are four lines, and what they share is said once`() {
        let four = ["990001", "990002", "990003", "990004"].map { refusing($0) }
        #expect(
            text(.standard, four) == """
                [firing] WeirRelayRefusing (4)
                warning app=main
                ✗ Callers get 990001.
                ✗ Callers get 990002.
                ✗ Callers get 990003.
                ✗ Callers get 990004.
                http://alertmanager:9093
                """
        )
        #expect(
            text(AlertFixtures.template("{alerts}"), [four[0]])
                == "✗ warning WeirRelayRefusing app=main: Callers get 990001."
        )
        #expect(text(AlertFixtures.template("{alerts}"), four).hasPrefix("warning WeirRelayRefusing app=main\n✗ Call"))
        #expect(
            text(AlertFixtures.template("{severity} {alerts}"), four).hasPrefix(
                "warning WeirRelayRefusing app=main\n✗ Call"
            )
        )
    }

    @Test func `in Chinese all of it is Chinese`() {
        let shown = text(.standard, [refusing("990001"), refusing("990002", firing: false)], in: .chinese)
        #expect(
            shown == """
                [告警中] WeirRelayRefusing (2)
                warning 应用=main
                ✗ 调用方收到 990001。
                ✓ 调用方收到 990002。
                http://alertmanager:9093
                """
        )
        let many = (0..<30).map { AlertFixtures.item("A\($0)", summary: nil) }
        #expect(text(.standard, many, in: .chinese).contains("\n另有 10 条\n"))
        #expect(text(.standard, many, in: .chinese).hasPrefix("[告警中] 30 条告警，30 条严重\ncritical\n✗ A0\n"))
        var tally = AlertTally()
        tally.add(AlertFixtures.notification())
        var filling = AlertFilling(.summary(tally), in: .chinese)
        #expect(
            filling.text(.standard, bytes: 400) == "[汇总] 另有 1 条通知：1 条告警，0 条恢复\n"
                + "WeirDown ×1\nhttp://alertmanager:9093"
        )
        #expect(
            filling.text(AlertFixtures.template("{alertname}|{alerts}"), bytes: 400)
                == "WeirDown ×1|另有 1 条通知：1 条告警，0 条恢复"
        )
    }

    @Test func `a label is named unless the text names it`() {
        func line(_ labels: [String: String], _ summary: String) -> String {
            text(
                AlertFixtures.template("{alertname}{alerts}"),
                [AlertFixtures.item("A", labels: labels, summary: summary)]
            )
        }
        #expect(line(["app": "main"], "App main: late") == "A✗ critical: App main: late")
        #expect(line(["app": "main"], "the mainframe is late") == "A✗ critical app=main: the mainframe is late")
        #expect(line(["app": "main"], "main-2 is late") == "A✗ critical app=main: main-2 is late")
        #expect(line(["app": "main"], "late: main.") == "A✗ critical: late: main.")
        #expect(line(["app": "main"], "应用main很慢") == "A✗ critical: 应用main很慢")
        #expect(line(["instance": "a.b:80"], "a.b:8081 is late") == "A✗ critical instance=a.b:80: a.b:8081 is late")
        #expect(line(["app": "a"], "a is late") == "A✗ critical app=a: a is late")
        let path = "/" + String(repeating: "x", count: 200) + "/end"
        #expect(line(["api": path], "late").hasSuffix("…" + String(repeating: "x", count: 36) + "/end: late"))
    }

    @Test func `lines that differ in a label only do so in the list`() {
        let alerts = ["a", "b", "c"].map {
            AlertFixtures.item("Down", labels: ["pod": "pod-\($0)", "zone": "z1"], summary: "down")
        }
        #expect(
            text(AlertFixtures.template("{title}\n{alerts}"), alerts)
                == "Down (3)\ncritical zone=z1: down\n✗ pod=pod-a\n✗ pod=pod-b\n✗ pod=pod-c"
        )
    }

    // MARK: Pages

    @Test(arguments: [300, 600, 2048, 4096], [1, 2, 5])
    func `a long list becomes several messages, and no line is cut`(_ limit: Int, _ most: Int) {
        let alerts = (0..<70).map { AlertFixtures.item("Down", labels: ["pod": "pod-\($0)"], summary: "很长的说明\($0)号") }
        for markup in [AlertMarkup.plain, .dingtalk, .simple] {
            var filling = AlertFilling(.notification(AlertFixtures.notification(alerts)), markup: markup)
            let texts = filling.texts(.standard, bytes: limit, most: most)
            #expect(texts.count <= most && texts.allSatisfy { $0.utf8.count <= limit && !$0.contains("…") })
            let lines = texts.flatMap { $0.split(separator: "\n") }.filter { $0.contains("✗") }
            #expect(Set(lines).count == lines.count)
            #expect(lines.allSatisfy { $0.contains("号") })
            let rest = texts.last?.firstMatch(of: /and (\d+) more/).flatMap { Int($0.output.1) } ?? 0
            #expect(lines.count + rest == 70 && texts.dropLast().allSatisfy { !$0.contains("more") })
            if texts.count > 1 {
                for (index, text) in texts.enumerated() {
                    #expect(text.contains("Down (70) (\(index + 1)/\(texts.count))"))
                }
            }
        }
    }

    @Test func `twenty lines are a message, whatever room there is`() {
        let alerts = (0..<200).map { AlertFixtures.item("Down", labels: ["pod": "p\($0)"], summary: nil) }
        var filling = AlertFilling(.notification(AlertFixtures.notification(alerts)))
        let texts = filling.texts(.standard, bytes: 16384, most: 5)
        #expect(texts.map { $0.split(separator: "\n").count { $0.hasPrefix("✗") } } == [20, 20, 20, 20, 20])
        #expect(texts.last?.contains("\nand 100 more\n") == true)
    }

    @Test func `one line that is longer than a message is cut, and nothing else`() {
        let long = AlertFixtures.item("Long", summary: String(repeating: "中", count: 3000))
        var filling = AlertFilling(.notification(AlertFixtures.notification([long, AlertFixtures.item("Down")])))
        let texts = filling.texts(.standard, bytes: 500, most: 5)
        #expect(texts.count == 2 && texts.allSatisfy { $0.utf8.count <= 500 })
        #expect(texts[1].contains("✗ Down: Weir is down\nhttp"))
    }

    // MARK: Little room

    private func thing(_ template: String, _ alerts: [AlertItem], in language: AlertLanguage = .english) -> String {
        var filling = AlertFilling(.notification(AlertFixtures.notification(alerts)), in: language)
        return filling.field(AlertField(name: "thing1", value: AlertFixtures.template(template)))
    }

    private func quota(_ app: String, severity: String = "warning") -> AlertItem {
        var item = AlertFixtures.item(
            "WeirQuotaExhaustedEarly",
            severity: severity,
            labels: ["app": app],
            summary: "App \(app): the day's quota is used up."
        )
        item.annotations["phone"] = "\(app) tmpl quota"
        item.annotations["phone_zh"] = "\(app) 模板日配额用完"
        return item
    }

    @Test func `a field of twenty characters says how many there are, and the most urgent one`() {
        let alerts = [quota("shop"), quota("pay"), quota("crm", severity: "critical"), quota("wiki")]
        #expect(thing("{summary}", alerts) == "crm tmpl quota +3")
        #expect(thing("{phone}", alerts, in: .chinese) == "crm 模板日配额用完等4条")
        #expect(thing("{alertname}", alerts) == "QuotaExhaustedEarly")
        #expect(thing("{summary}", [quota("shop")]) == "shop tmpl quota")
        #expect(thing("{summary}", [quota("shopping")], in: .chinese) == "shopping 模板日配额用完")
        // Without the name that differs, where it doesn't fit with it.
        #expect(thing("{summary}", [quota("longername"), quota("others")]) == "tmpl quota +1")
        #expect(thing("{status} {summary}", [quota("shop"), quota("pay")]) == "firing tmpl quota +1")
    }

    @Test func `alerts of others have their names there`() {
        let two = [
            AlertFixtures.item("DiskFull", summary: "the disk of host one is nearly full"),
            AlertFixtures.item("HostDown", severity: "warning", summary: "host two is not there any more"),
        ]
        #expect(thing("{summary}", two) == "DiskFull +1")
        #expect(thing("{alertname}", two) == "DiskFull, HostDown")
        let long = AlertFixtures.item("KubernetesPersistentVolumeFilling", summary: nil)
        #expect(thing("{alertname}", [long, two[0]]) == "Kubernetes +1")
    }

    @Test func `a summary fits as well`() {
        var tally = AlertTally()
        for name in ["WeirNotificationsNotStored", "WeirDown", "WeirDown"] {
            tally.add(
                AlertFixtures.notification([
                    AlertFixtures.item(name, severity: name == "WeirDown" ? "warning" : "critical")
                ])
            )
        }
        for (language, expected) in [
            (AlertLanguage.english, "3 more: Notifications"), (.chinese, "另有3条：Notifications"),
        ] {
            var filling = AlertFilling(.summary(tally), in: language)
            for template in ["{summary}", "{alertname}", "{phone}"] {
                let value = filling.field(AlertField(name: "thing1", value: AlertFixtures.template(template)))
                #expect(value.utf16.count <= 20 && expected.hasPrefix(value.prefix(8)), "\(value)")
            }
        }
    }

    // MARK: Links

    @Test func `a silence is of what all alerts share`() {
        let alerts = [
            AlertFixtures.item("A \"b\"\\", labels: ["app": "x", "pod": "1"]),
            AlertFixtures.item("A \"b\"\\", labels: ["app": "x", "pod": "2"]),
        ]
        #expect(
            text(AlertFixtures.template("{silence_url}"), alerts)
                == "http://alertmanager:9093/#/silences/new?filter="
                + "%7Balertname%3D%22A%20%5C%22b%5C%22%5C%5C%22%2Capp%3D%22x%22%2Cseverity%3D%22critical%22%7D"
        )
        #expect(text(AlertFixtures.template("-{silence_url}"), [AlertFixtures.item(firing: false)]) == "-")
        #expect(
            text(
                AlertFixtures.template("-{silence_url}"),
                [AlertFixtures.item("A", labels: ["x": String(repeating: "y", count: 3000)])]
            ) == "-"
        )
    }

    @Test func `links stand under words in markdown, and beside them in plain text`() {
        var item = AlertFixtures.item("A", severity: "", summary: nil)
        item.annotations["runbook_url"] = "https://docs/a(b)"
        let silence = "http://alertmanager:9093/#/silences/new?filter=%7Balertname%3D%22A%22%7D"
        #expect(
            text(AlertFixtures.template("{links}"), [item], in: .chinese, markup: .simple)
                == "[手册](https://docs/a%28b%29) · [静默](\(silence)) · [Alertmanager](http://alertmanager:9093)"
        )
        #expect(
            text(AlertFixtures.template("{links}"), [item])
                == "Runbook: https://docs/a(b)\nSilence: \(silence)\nAlertmanager: http://alertmanager:9093"
        )
        item.annotations["runbook_url"] = "javascript:alert(1)"
        #expect(!text(AlertFixtures.template("{links}"), [item], markup: .simple).contains("javascript"))
    }

    @Test(arguments: [
        "[x](http://evil)", "<@all>", "<at id=all></at>", "**bold", "`code", "~~x~~", "![i](u)", "<font color=\"red\">",
    ])
    func `a label brings no markup of its own`(_ nasty: String) {
        let item = AlertFixtures.item(nasty, labels: ["app": nasty, "breaker": "a~b~c"], summary: nasty)
        for markup in [AlertMarkup.dingtalk, .simple] {
            let shown = text(
                AlertFixtures.template("{alertname} {label.app} {alerts}"),
                [item, AlertFixtures.item(nasty, summary: nasty)],
                markup: markup
            )
            #expect(!shown.contains { "[]<>*`".contains($0) } && !shown.contains("~~"), "\(shown)")
            #expect(shown.contains("a~b~c"))
        }
    }

    @Test func `DingTalk's lines end as it wants them`() {
        let shown = text(
            .markdown,
            [AlertFixtures.item("A", summary: "one"), AlertFixtures.item("A", summary: "two")],
            markup: .dingtalk
        )
        #expect(shown.hasPrefix("### [firing] A (2)  \n  critical  \n  ✗ one  \n  ✗ two  \n  [Silence](http"))
    }
}
