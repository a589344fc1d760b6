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
        #expect(
            ding["text"]?["content"]?.string?.hasPrefix("[firing] Slow <@zhangsan> (1)\n✗ team=robots: [x](http")
                == true
        )
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

    @Test func `Feishu gets a signed card, and an address of one's own what its operator wrote`() async throws {
        let stage = try await AlertsAPIStage.start()
        let alertmanager = try await AlertsAPIAlertmanager.start(try TemporaryFolder(), weir: stage.weir.api.port)
        let labels = ["alertname": "Slow", "team": "chats", "severity": "warning", "app": "<at id=all></at>"]
        try await alertmanager.tell([
            AlertsAPIAlertmanager.alert(labels, summary: "[x](http://evil) \"quoted\"\nand more")
        ])
        try await eventually("both have it") { stage.robotMessages().count == 2 }
        let card = try #require(stage.robotMessages().first { $0["errcode"]?.int == 0 }?["body"])
        #expect(card["msg_type"]?.string == "interactive" && card["card"]?["header"]?["template"]?.string == "orange")
        #expect(card["card"]?["header"]?["title"]?["content"]?.string == "[告警中] Slow (1)")
        let content = try #require(card["card"]?["elements"]?.array.first?["text"]?["content"]?.string)
        #expect(
            content.hasPrefix(
                "✗ warning 应用=＜at id=all＞＜/at＞ team=chats：［x］(http://evil) \"quoted\" and more\n[静默](http"
            )
        )
        #expect(content.hasSuffix("\n<at id=all></at>"))
        let own = try #require(stage.robotMessages().first { $0["errcode"]?.int == 204 })
        #expect(own["query"]?["pass"]?.string == "pass-in-query")
        let body = try #require(own["body"])
        #expect(body["title"]?.string == "Slow (1)" && body["severity"]?.string == "warning")
        #expect(body["lines"]?.array[0].string?.hasSuffix("[x](http://evil) \"quoted\" and more") == true)
        #expect(body["lines"]?.array[1].int == 7)
        try await noSecrets(of: stage, in: stage.weir)
    }

    @Test func `a pool's robots are used in turn, and a long group is several messages`() async throws {
        let stage = try await AlertsAPIStage.start()
        for name in ["A", "B"] {
            let webhook = AlertsAPIStage.webhook(name, labels: ["team": "pool"])
            #expect(try await stage.post(webhook).status == 200)
        }
        try await eventually("each robot has one") {
            Set(stage.robotMessages().compactMap { $0["query"]?["key"]?.string }) == Set(AlertsAPIStage.pool)
        }
        #expect(stage.robotMessages().count == 2)
        // The same again is known whichever robot had it.
        for name in ["A", "B"] {
            let webhook = AlertsAPIStage.webhook(name, labels: ["team": "pool"])
            #expect(try await stage.post(webhook).data?["duplicates"]?.int == 1)
        }
    }

    @Test func `wrong secrets of Feishu and of an address hold them and show nowhere`() async throws {
        let stage = try await AlertsAPIStage.start()
        try await stage.weir.stop()
        var settings = stage.settings
        settings.environment["FEISHU_SECRET"] = "wrong-secret-0123456789"
        settings.environment["HOOK_PASSWORD"] = "wrong-password-0123456789"
        let weir = try await WeirProcess.start(settings)
        let webhook = AlertsAPIStage.webhook("Slow", labels: ["team": "chats"])
        #expect(try await stage.post(webhook, to: weir).status == 200)
        try await eventually("both refused it") {
            Set(stage.robotMessages().compactMap { $0["errcode"]?.int }) == [19021, 401]
        }
        try await eventually("both messages wait for an operator") {
            let answer = try await weir.api.call(
                "GET",
                "/v1/messages?state=pending",
                headers: Stage.authorization(of: AlertsAPIStage.client)
            )
            let messages = answer.data?["messages"]?.array ?? []
            return messages.count == 2 && messages.allSatisfy { $0["reason"]?.string?.contains("account") == true }
        }
        try await noSecrets(of: stage, in: weir, besides: ["wrong-secret-0123456789", "wrong-password-0123456789"])
    }

    private func noSecrets(of stage: AlertsAPIStage, in weir: WeirProcess, besides others: [String] = []) async throws {
        let list = try await weir.api.call(
            "GET",
            "/v1/messages",
            headers: Stage.authorization(of: AlertsAPIStage.client)
        )
        let state = try await weir.admin.get("/v1/state").text
        let metrics = try await weir.admin.get("/metrics").text
        let log = weir.process.lines.joined(separator: "\n")
        for secret in AlertsAPIStage.secrets + others {
            for text in [list.text, state, metrics, log] { #expect(!text.contains(secret), "\(secret)") }
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
        for type in ["dingtalk", "wecom", "feishu", "webhook"] {
            let answer = try await stage.weir.send(Message(type: type, body: body), headers: orders)
            #expect(answer.status == 422 && answer.field == "type")
        }
    }
}
