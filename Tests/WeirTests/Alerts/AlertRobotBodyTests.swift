import Testing
import WeChat
import WireJSON

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// What each vendor's robot is sent, to the member.
struct AlertRobotBodyTests {
    private let nasty = AlertFixtures.item(
        "<at id=all></at> <@all> [x](y)",
        severity: "warning",
        summary: "\"quoted\" \\ one\ntwo <font color=\"red\">"
    )

    private func body(
        _ kind: RobotConfiguration.Kind,
        _ alerts: [AlertItem],
        _ change: (inout AlertRobotConfiguration) -> Void
    ) throws -> JSONObjectView {
        let sink = AlertFixtures.robot(AlertRobotConfiguration(RobotConfiguration(kind: kind, key: "k")), change)
        let bodies = AlertBodies(.notification(AlertFixtures.notification(alerts)), for: sink)
        let body = bodies.body(to: "")
        #expect(sink.messageType.validate(body).isEmpty)
        return try JSONObjectView(body)
    }

    @Test func `DingTalk's markdown has a title, a text, and mentions where its readers see them`() throws {
        let json = try body(.dingtalk, [AlertFixtures.item()]) { group in
            (group.format, group.mobiles) = (.markdown, ["13800000000"])
        }
        #expect(json.string("msgtype") == "markdown")
        #expect(json.value(at: ["markdown", "title"])?.string == "[firing] WeirDown (1)")
        let text = json.value(at: ["markdown", "text"])?.string ?? ""
        #expect(text.hasPrefix("### [firing] WeirDown (1)  \n  ✗ critical: Weir is down  \n  [Silence](http"))
        #expect(text.hasSuffix("  \n  @13800000000"))
        #expect(json.value(at: ["at", "atMobiles"])?.array?.map(\.string) == ["13800000000"])
    }

    @Test func `WeCom's markdown mentions users in the text`() throws {
        let json = try body(.wecom, [nasty]) { group in
            (group.format, group.mentioned) = (.markdown, ["zhang"])
        }
        let text = json.value(at: ["markdown", "content"])?.string ?? ""
        #expect(json.string("msgtype") == "markdown" && json.value(at: ["markdown", "mentioned_list"]) == nil)
        #expect(
            text.hasPrefix("### [firing] ＜at id=all＞＜/at＞ ＜@all＞ ［x］(y) (1)\n✗ warning: \"quoted\" \\ one two ＜font")
        )
        #expect(text.hasSuffix("\n<@zhang>") && text.firstMatch(of: /<@/) != nil && !text.contains("<@all"))
    }

    @Test func `Feishu's text mentions whom the configuration says`() throws {
        let json = try body(.feishu, [nasty]) { group in (group.mentioned, group.mentionsAll) = (["ou_1"], true) }
        let text = json.value(at: ["content", "text"])?.string ?? ""
        #expect(json.string("msg_type") == "text")
        #expect(text.hasPrefix("[firing] ＜at id=all></at> <@all> [x](y) (1)\n"))
        #expect(text.hasSuffix("\n<at user_id=\"ou_1\"></at> <at user_id=\"all\"></at>"))
    }

    @Test(arguments: [("critical", true, "red"), ("warning", true, "orange"), ("critical", false, "green")])
    func `Feishu's card has a title whose colour says how bad it is`(
        _ severity: String,
        _ firing: Bool,
        _ colour: String
    ) throws {
        let json = try body(.feishu, [AlertFixtures.item(severity: severity, firing: firing)]) { group in
            (group.format, group.mentionsAll) = (.markdown, true)
        }
        #expect(json.string("msg_type") == "interactive")
        #expect(json.value(at: ["card", "header", "template"])?.string == colour)
        #expect(json.value(at: ["card", "header", "title", "tag"])?.string == "plain_text")
        let title = json.value(at: ["card", "header", "title", "content"])?.string
        #expect(title == (firing ? "[firing] WeirDown (1)" : "[resolved] WeirDown (1)"))
        let element = try #require(json.value(at: ["card", "elements"])?.array?.first?.object)
        #expect(element.string("tag") == "div" && element.value(at: ["text", "tag"])?.string == "lark_md")
        let text = element.value(at: ["text", "content"])?.string ?? ""
        #expect(text.hasPrefix("\(firing ? "✗" : "✓") \(severity): Weir is down\n["))
        #expect(text.hasSuffix("\n<at id=all></at>") && text.contains("[Silence](") == firing)
    }

    @Test func `the summary of several is a blue card that says its list once`() throws {
        var tally = AlertTally()
        for name in ["Down", "Slow"] { tally.add(AlertFixtures.notification([AlertFixtures.item(name)])) }
        let sink = AlertFixtures.robot(AlertRobotConfiguration(RobotConfiguration(kind: .feishu, key: "k"))) {
            $0.format = .markdown
        }
        let json = try JSONObjectView(AlertBodies(.summary(tally), for: sink).body(to: ""))
        #expect(json.value(at: ["card", "header", "template"])?.string == "blue")
        #expect(
            json.value(at: ["card", "header", "title", "content"])?.string
                == "[summary] 2 further notifications: 2 firing, 0 resolved"
        )
        let text = json.value(at: ["card", "elements"])?.array?.first?.object?.value(at: ["text", "content"])?.string
        #expect(text == "Down ×1, Slow ×1\n[Alertmanager](http://alertmanager:9093)")
    }

    @Test func `a long list is several cards, each with its number`() throws {
        let alerts = (0..<50).map { AlertFixtures.item("Down", labels: ["pod": "pod-\($0)"]) }
        let sink = AlertFixtures.robot(AlertRobotConfiguration(RobotConfiguration(kind: .feishu, key: "k"))) {
            $0.format = .markdown
        }
        let bodies = AlertBodies(.notification(AlertFixtures.notification(alerts)), for: sink)
        #expect(bodies.count == 3)
        for part in 0..<3 {
            let json = try JSONObjectView(bodies.body(to: "", part: part))
            #expect(
                json.value(at: ["card", "header", "title", "content"])?.string == "[firing] Down (50) (\(part + 1)/3)"
            )
        }
    }

    // MARK: Webhooks

    @Test func `an address gets the text alone unless its operator says otherwise`() throws {
        let json = try body(.webhook, [AlertFixtures.item()]) { _ in }
        #expect(json.members.count == 1)
        #expect(json.string("text") == "[firing] WeirDown (1)\n✗ critical: Weir is down\nhttp://alertmanager:9093")
    }

    @Test func `every text of a body is filled, and nothing that a label says breaks it`() throws {
        let json = try body(.webhook, [nasty]) { group in
            group.body = .object([
                AlertJSON.Member(name: "a \"b\"", value: .text(AlertFixtures.template("{{}} {alertname}"))),
                AlertJSON.Member(
                    name: "list",
                    value: .list([.literal("1"), .literal("null"), .text(AlertFixtures.template("{alerts}"))])
                ),
                AlertJSON.Member(name: "empty", value: .object([])),
            ])
        }
        #expect(json.string("a \"b\"") == "{} <at id=all></at> <@all> [x](y)")
        let list = try #require(json.value("list")?.array)
        #expect(list[0].lenientInteger == 1 && list[1].kind == .null)
        #expect(
            list[2].string == "✗ warning <at id=all></at> <@all> [x](y): \"quoted\" \\ one two <font color=\"red\">"
        )
        #expect(json.value("empty")?.object?.members.isEmpty == true)
    }
}
