import Testing
import WeChat
import WireJSON

@testable import Alerting
@testable import Dispatching
@testable import Weir

struct AlertBodyTests {
    private let nasty = AlertFixtures.item(
        "{{ $x }} \"quoted\" <<@zhangsan> \\ 👨‍👩‍👧",
        summary: "one\ntwo\u{0}\u{1B}[31m"
    )

    private func body(_ sink: AlertSinkConfiguration, _ alerts: [AlertItem]) -> [UInt8] {
        AlertBodies(.notification(AlertFixtures.notification(alerts)), for: sink).body(to: sink.recipients[0])
    }

    @Test func `a template message is one that WeChat takes, whatever the labels say`() throws {
        let body = body(AlertFixtures.people(), [nasty])
        #expect(MessageType.template.validate(body).isEmpty)
        let json = try JSONObjectView(body)
        #expect(json.string("touser") == "o1" && json.string("template_id") == "T1")
        #expect(json.string("url") == "http://alertmanager:9093")
        #expect(
            json.value(at: ["data", "first", "value"])?.string
                == "firing {{ $x }} \"quoted\" <<@zhangsan> \\ 👨‍👩‍👧 (1)"
        )
        #expect(json.value(at: ["data", "remark", "value"])?.string == "one two[31m")
    }

    @Test func `a subscription notice has a page, and a customer-service message a text`() throws {
        var notice = AlertMessageConfiguration(app: "main", kind: .subscribe, recipients: ["o1"])
        (notice.templateID, notice.link) = ("T1", AlertFixtures.template("pages/alert?name={alertname}"))
        notice.fields = [AlertField(name: "thing1", value: AlertFixtures.template("{alertname}"))]
        let body1 = body(AlertSinkConfiguration(.wechat(notice)), [AlertFixtures.item()])
        #expect(MessageType.subscribe.validate(body1).isEmpty)
        #expect(try JSONObjectView(body1).string("page") == "pages/alert?name=WeirDown")
        let text = AlertMessageConfiguration(app: "main", kind: .custom, recipients: ["o1"])
        let body2 = body(AlertSinkConfiguration(.wechat(text)), [AlertFixtures.item()])
        #expect(MessageType.custom.validate(body2).isEmpty)
        #expect(
            try JSONObjectView(body2).value(at: ["text", "content"])?.string
                == "[firing] WeirDown (1)\n✗ critical: Weir is down\nhttp://alertmanager:9093"
        )
    }

    @Test func `recipients get the same message, each with their own name`() throws {
        let bodies = AlertBodies(
            .notification(AlertFixtures.notification([nasty])),
            for: AlertFixtures.people(["o1", "o2"])
        )
        let first = String(decoding: bodies.body(to: "o1"), as: UTF8.self)
        let second = String(decoding: bodies.body(to: "o2"), as: UTF8.self)
        #expect(first != second && first.replacing(#""o1""#, with: #""o2""#) == second)
    }

    @Test func `a link that is none is left out`() throws {
        var sink = AlertMessageConfiguration(app: "main", kind: .template, recipients: ["o1"])
        sink.link = AlertFixtures.template("{alertname}")
        let json = try JSONObjectView(body(AlertSinkConfiguration(.wechat(sink)), [nasty]))
        #expect(json.value("url") == nil)
    }

    @Test func `DingTalk gets plain text and mentions of the configuration alone`() throws {
        var robot = AlertRobotConfiguration(RobotConfiguration(kind: .dingtalk, key: "thekey"))
        robot.mobiles = ["13800000000"]
        let body = body(AlertSinkConfiguration(.robot(robot)), [nasty])
        #expect(MessageType.dingtalk.validate(body).isEmpty)
        let json = try JSONObjectView(body)
        #expect(json.string("msgtype") == "text")
        #expect(json.value(at: ["at", "atMobiles"])?.array?.map(\.string) == ["13800000000"])
        #expect(json.value(at: ["at", "isAtAll"])?.bool == false)
    }

    @Test func `WeCom gets no more bytes than it takes, and labels mention nobody`() throws {
        var robot = AlertRobotConfiguration(RobotConfiguration(kind: .wecom, key: "thekey"))
        (robot.mentioned, robot.mobiles) = (["@all"], ["13800000000"])
        let many = (0..<5000).map { AlertFixtures.item("告警\($0)", summary: String(repeating: "中", count: 300)) }
        let json = try JSONObjectView(body(AlertSinkConfiguration(.robot(robot)), [nasty] + many))
        let content = try #require(json.value(at: ["text", "content"])?.string)
        #expect(content.utf8.count <= 2048 && content.utf8.count > 1000 && !content.contains("<@"))
        #expect(content.hasSuffix("http://alertmanager:9093"))
        #expect(json.value(at: ["text", "mentioned_list"])?.array?.map(\.string) == ["@all"])
        #expect(json.value(at: ["text", "mentioned_mobile_list"])?.array?.map(\.string) == ["13800000000"])
    }
}
