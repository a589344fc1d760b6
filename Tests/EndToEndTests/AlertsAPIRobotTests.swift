import Foundation
import Testing

/// The groups' robots, by stand-ins that check what the vendors check.
struct AlertsAPIRobotTests {
    @Test func `robots get plain text, signed, and mentions of the configuration alone`() async throws {
        let stage = try await AlertsAPIStage.start()
        let alertmanager = try await AlertsAPIAlertmanager.start(try TemporaryFolder(), weir: stage.weir.api.port)
        let labels = ["alertname": "Slow <@zhangsan>", "team": "robots"]
        try await alertmanager.tell([AlertsAPIAlertmanager.alert(labels, summary: "[x](http://evil) @all")])
        try await eventually("both robots have it") { stage.robotMessages().count == 2 }
        let messages = stage.robotMessages()
        #expect(messages.map { $0["errcode"]?.int } == [0, 0])
        let ding = try #require(messages.first { $0["path"]?.string == "/robot/send" }?["body"])
        #expect(ding["msgtype"]?.string == "text")
        #expect(ding["text"]?["content"]?.string?.hasPrefix("[firing] Slow <@zhangsan> (1)\n✗ Slow") == true)
        #expect(ding["at"]?["atMobiles"]?.array.map(\.string) == ["138"] && ding["at"]?["isAtAll"]?.bool == false)
        let wecom = try #require(messages.first { $0["path"]?.string == "/cgi-bin/webhook/send" }?["body"])
        #expect(wecom["text"]?["content"]?.string?.hasPrefix("[firing] Slow @zhangsan> (1)\n") == true)
        #expect(wecom["text"]?["mentioned_list"]?.array.map(\.string) == ["@all"])
        #expect(try await stage.shown().isEmpty)
        try await eventually("both are known as sent") {
            let sent = try await stage.weir.api.call(
                "GET",
                "/v1/messages?state=sent",
                headers: Stage.authorization(of: AlertsAPIStage.client)
            )
            let types = sent.data?["messages"]?.array.compactMap { $0["type"]?.string }
            return types?.sorted() == ["dingtalk", "wecom"]
        }
    }

    @Test func `a wrong key holds the robot and shows in no log, metric or answer`() async throws {
        let stage = try await AlertsAPIStage.start()
        try await stage.weir.stop()
        var settings = stage.settings
        settings.environment["WECOM_KEY"] = "wrong-key-0123456789"
        let weir = try await WeirProcess.start(settings)
        let webhook = AlertsAPIStage.webhook("Slow", labels: ["team": "robots"])
        #expect(try await stage.post(webhook, to: weir).status == 200)
        try await eventually("the robot refused it") {
            stage.robotMessages().contains { $0["errcode"]?.int == 93000 }
        }
        let waiting = try await eventually("its message waits for an operator") { () -> String? in
            let answer = try await weir.api.call(
                "GET",
                "/v1/messages?state=pending",
                headers: Stage.authorization(of: AlertsAPIStage.client)
            )
            let isHeld = answer.data?["messages"]?.array.first?["reason"]?.string?.contains("account") == true
            return isHeld ? answer.text : nil
        }
        let metrics = try await weir.admin.get("/metrics").text
        let log = weir.process.lines.joined(separator: "\n")
        for secret in [AlertsAPIStage.token, AlertsAPIStage.secret, AlertsAPIStage.key, "wrong-key-0123456789"] {
            for text in [waiting, metrics, log] { #expect(!text.contains(secret)) }
        }
        #expect(!metrics.contains(AlertsAPIStage.openID) && !log.contains(AlertsAPIStage.openID))
    }

    @Test func `robots are no type of the messages API`() async throws {
        let stage = try await AlertsAPIStage.start()
        let body = #"{"msgtype":"text","text":{"content":"x"}}"#
        let orders = Stage.authorization(of: "orders")
        for type in ["dingtalk", "wecom"] {
            let answer = try await stage.weir.send(Message(type: type, body: body), headers: orders)
            #expect(answer.status == 422 && answer.field == "type")
        }
    }
}
