import Testing

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// What somebody who was woken types first.
struct AlertCommandTests {
    private func commands(_ commands: [String?], firing: Bool = true) -> [String] {
        let alerts = commands.enumerated().map { number, command in
            var item = AlertFixtures.item("Down", firing: firing, labels: ["pod": "\(number)"])
            item.annotations["command"] = command
            return item
        }
        let notification = AlertFixtures.notification(alerts)
        return AlertCommand.all(notification, AlertGroup(notification))
    }

    @Test func `each command is shown once, and three at most`() {
        #expect(commands(["a", "b --app x", "a", nil, "c", "d"]) == ["a", "b --app x", "c"])
        #expect(commands([nil, nil]).isEmpty)
    }

    @Test func `nothing is to be done about what is over`() {
        #expect(commands(["a"], firing: false).isEmpty)
    }

    @Test(
        arguments: [
            "", "  ", "a; reboot", "a && b", "a | sh", "a $(b)", "a `b`", "a > b", "a \nb", "a 'b", "a \"b", "a *",
            "a ~",
            "a #", "a \\b", "a !b", "a {b}", "a 应用", "a\u{202E}b", String(repeating: "a", count: 201),
        ]
    )
    func `what a shell may read as more than words is not shown`(_ command: String) {
        #expect(commands([command]).isEmpty)
    }

    @Test func `what is shown is the command to the letter`() {
        let command = "weir list --admin --state pending,dead --app a-b_c.d --since 2026-11-21T09:00:00+08:00"
        var item = AlertFixtures.item()
        item.annotations["command"] = command
        for (markup, lineEnd) in [(AlertMarkup.simple, "\n"), (.dingtalk, "  \n  "), (.plain, "\n")] {
            var filling = AlertFilling(.notification(AlertFixtures.notification([item])), markup: markup)
            let text = filling.text(AlertFixtures.template("x\n{links}"), bytes: 4096)
            #expect(text.hasSuffix("\(lineEnd)First: \(command)"), "\(text)")
        }
    }
}
