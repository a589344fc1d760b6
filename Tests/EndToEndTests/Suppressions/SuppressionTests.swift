import Foundation
import Testing

/// Who WeChat takes no messages to is not sent to, until they are back.
@Suite struct SuppressionTests {
    private static let users = 0..<5_000

    @Test func `a second campaign costs no call for those who have unfollowed, and who follows again is sent to`()
        async throws
    {
        // However slow the machine is, each attempt has its answer: what is in doubt goes again.
        var stage = try await SuppressionStage.start(sections: "upstream: {timeout: 60s}")
        let first = try await stage.campaign(Self.users)
        #expect(first.count == 5_000 && first.allSatisfy { $0["code"]?.int == 202 })
        #expect(try await stage.calls() == 5_000)
        var metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_breaker_transitions_total") == 0)
        #expect(metrics.sum("weir_suppressions", "app=\"main\"") == 2_500)
        #expect(metrics.sum("weir_messages_ended_total", "state=\"failed\"") == 2_500)
        let state = try await stage.weir.admin.get("/v1/state").data
        #expect(state?["apps"]?.array.first?["suppressions"]?.int == 2_500)
        #expect(state?["breakers"]?.array.allSatisfy { $0["state"]?.string == "closed" } == true)

        // What was learnt outlives the process, however it ends.
        try await stage.restart()
        let second = try await stage.campaign(Self.users)
        let refused = second.filter { $0["code"]?.int == 422 }
        #expect(second.count == 5_000 && refused.count == 2_500)
        for item in refused {
            #expect(item["error"]?.string == "suppressed" && item["errcode"]?.int == 43004)
            #expect(item["until"]?.string != nil && item["reason"]?.string?.contains("43004") == true)
        }
        #expect(try await stage.calls() == 7_500)
        metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_suppressed_total", "app=\"main\"", "reason=\"43004\"") == 2_500)
        #expect(metrics.sum("weir_messages_refused_total", "reason=\"suppressed\"") == 2_500)
        #expect(metrics.sum("weir_breaker_transitions_total") == 0)

        // One is back; the sandbox still refuses, which shows that WeChat was asked.
        let (back, away) = (SuppressionStage.user(1), SuppressionStage.user(3))
        try await stage.push("subscribe", of: back)
        #expect(try await stage.send(.template(to: back))["state"]?.string == "failed")
        #expect(try await stage.isSuppressed(.template(to: away)))
        #expect(try await stage.calls() == 7_501)
        // Who has just returned is not shut out by an answer that may be about the time before.
        #expect(try await stage.isSuppressed(.template(to: back)) == false)
        let log = stage.weir.process.lines.joined()
        #expect(!log.contains("o-unfollowed"))
    }

    @Test func `what waits fails when its turn comes, without a call, and says why`() async throws {
        let stage = try await SuppressionStage.start()
        let user = "o-unfollowed-waiting"
        let soon = ISO8601DateFormatter().string(from: Date().addingTimeInterval(4))
        let later = Message.template(to: user, members: ",\"not_before\":\"\(soon)\"")
        let waiting = try await stage.weir.accept(SuppressionStage.ofMain(later))
        let refused = try await stage.send(.template(to: user))
        #expect(refused["attempts"]?.array.first?["errcode"]?.int == 43004)
        let ended = try await stage.weir.wait(waiting, for: "failed")
        #expect(ended["attempts"]?.array.isEmpty == true)
        #expect(ended["reason"]?.string?.hasPrefix("recipient suppressed: ") == true)
        #expect(ended["reason"]?.string?.contains("(43004), until ") == true)
        #expect(try await stage.calls() == 1)
        let explained = try await stage.weir.api.get("/v1/messages/\(waiting)/explain").data
        #expect(explained?["summary"]?.string?.hasPrefix("Not sent, and no call made: recipient suppressed") == true)
        let first = try #require(refused["id"]?.string)
        let other = try await stage.weir.api.get("/v1/messages/\(first)/explain").data
        #expect(other?["summary"]?.string?.contains("Weir sends nothing like it to its recipient until") == true)
        #expect(try await stage.weir.metrics().sum("weir_suppressed_total", "reason=\"43004\"") == 1)
    }

    @Test func `a relayed call to a suppressed recipient is answered 990007, and learns as messages do`() async throws {
        let stage = try await SuppressionStage.start()
        let token = try await stage.weir.token()
        let path = "\(SuppressionStage.template)?access_token=\(token)"
        func send(_ user: String) async throws -> Int? {
            try await stage.weir.api.post(path, Message.templateBody(to: user)).json?["errcode"]?.int
        }
        #expect(try await send("o-unfollowed-1") == 43004)
        try await eventually("it is known") { try await send("o-unfollowed-1") == 990_007 }
        #expect(try await send("o-1") == 0)
        #expect(try await stage.isSuppressed(.template(to: "o-unfollowed-1")))
        let words = try await stage.weir.api.post(path, Message.templateBody(to: "o-unfollowed-1")).json
        #expect(words?["errmsg"]?.string?.hasPrefix("weir: recipient suppressed: ") == true)
        #expect(words?["errmsg"]?.string?.contains("o-unfollowed") == false)
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_relay_refusals_total", "errcode=\"990007\"", "reason=\"suppressed\"") >= 2)
        let before = try await stage.calls()
        _ = try await send("o-unfollowed-1")
        #expect(try await stage.calls() == before)
    }

    @Test func `each reason is lifted by what ends it`() async throws {
        let stage = try await SuppressionStage.start()
        // The answers that a user allows are used up: customer-service messages alone, until the user writes.
        let custom = Message.custom(to: "o-refused-1")
        try await stage.send(custom)
        #expect(try await stage.isSuppressed(custom))
        #expect(try await stage.send(.template(to: "o-refused-1"))["state"]?.string == "failed")
        try await stage.pushText(of: "o-refused-1")
        #expect(try await !stage.isSuppressed(custom))
        // No consent left for one template, until the user says yes to it.
        let (one, two) = (
            SuppressionStage.subscription(to: "o-refused-2", template: "T1"),
            SuppressionStage.subscription(to: "o-refused-2", template: "T2")
        )
        try await stage.send(one)
        #expect(try await stage.isSuppressed(one))
        #expect(try await !stage.isSuppressed(two))
        let yes = "<SubscribeMsgPopupEvent><List><TemplateId>T1</TemplateId>"
        let end = "<PopupScene>0</PopupScene></List></SubscribeMsgPopupEvent>"
        let no = "<SubscribeStatusString>reject</SubscribeStatusString>"
        try await stage.push("subscribe_msg_popup_event", of: "o-refused-2", yes + no + end)
        #expect(try await stage.isSuppressed(one))
        let accept = "<SubscribeStatusString>accept</SubscribeStatusString>"
        try await stage.push("subscribe_msg_popup_event", of: "o-refused-2", yes + accept + end)
        #expect(try await !stage.isSuppressed(one))
        #expect(try await stage.isSuppressed(two))
        // A receipt says that a user has blocked the account.
        try await stage.pushReceipts("failed:user block")
        let blocked = try await stage.weir.accept(SuppressionStage.ofMain(.template(to: "o-blocked")))
        try await stage.weir.wait(blocked, for: "failed")
        let refused = try await stage.weir.send(SuppressionStage.ofMain(.template(to: "o-blocked")))
        #expect(refused.status == 422 && refused.json?["errcode"] == nil)
        #expect(refused.json?["reason"]?.string == "the recipient has blocked the account (receipt)")
        try await stage.push("subscribe", of: "o-blocked")
        #expect(try await !stage.isSuppressed(.template(to: "o-blocked")))
    }

    @Test func `a type that is off goes on, and what is over is forgotten`() async throws {
        let stage = try await SuppressionStage.start(suppress: "{template: false, for: 2s}")
        for _ in 0..<2 { try await stage.send(.template(to: "o-unfollowed-1")) }
        #expect(try await stage.calls() == 2)
        try await stage.send(.custom(to: "o-unfollowed-1"))
        #expect(try await stage.isSuppressed(.custom(to: "o-unfollowed-1")))
        try await eventually("it is over") { try await !stage.isSuppressed(.custom(to: "o-unfollowed-1")) }
    }

    @Test func `clients and operators list and lift, each their own apps'`() async throws {
        let stage = try await SuppressionStage.start(
            sections: Stage.clients(["orders": "", "none": ", apps: [other]"])
        )
        let (orders, none) = (Stage.authorization(of: "orders"), Stage.authorization(of: "none"))
        let message = SuppressionStage.ofMain(.template(to: "o-unfollowed-1")).json
        let wait = orders + [(name: "Prefer", value: "wait=30")]
        _ = try await stage.weir.api.call("POST", "/v1/messages", headers: wait, body: message)
        let path = "/v1/suppressions"
        let listed = try await stage.weir.api.call("GET", path + "?app=main&to=o-unfollowed-1", headers: orders)
        let found = try #require(listed.data?["suppressions"]?.array.first)
        #expect(found["scope"]?.string == "following" && found["errcode"]?.int == 43004)
        #expect(found["app"]?.string == "main" && found["to"]?.string == "o-unfollowed-1")
        let others = try await stage.weir.api.call("GET", path, headers: none)
        #expect(others.data?["suppressions"]?.array.isEmpty == true)
        let one = path + "/main/o-unfollowed-1"
        #expect(try await stage.weir.api.call("DELETE", one, headers: none).status == 403)
        #expect(try await stage.weir.api.call("DELETE", path + "/nobody/o-1", headers: orders).status == 404)
        #expect(try await stage.weir.admin.call("DELETE", path + "/nobody/o-1").status == 404)

        let admin = ["--admin", "--url", "http://127.0.0.1:\(stage.weir.admin.port)"]
        let list = try await CommandRun.weir(["suppressions", "--app", "main"] + admin)
        #expect(list.status == 0 && list.output.hasPrefix("main  o-unfollowed-1  following  "))
        let lift = try await CommandRun.weir(["lift", "--app", "main", "--to", "o-unfollowed-1"] + admin)
        #expect(lift.status == 0 && lift.output == "1 lifted\n")
        let again = try await stage.weir.api.call("DELETE", one, headers: orders)
        #expect(again.status == 200 && again.data?["lifted"]?.int == 0)
        let sent = try await stage.weir.api.call("POST", "/v1/messages", headers: wait, body: message)
        #expect(sent.data?["state"]?.string == "failed")
        #expect(try await stage.calls() == 2)
        // What an operator does is told, and nobody's openid with it.
        let log = stage.weir.process.lines.joined()
        #expect(log.contains("lift") && !log.contains("o-unfollowed"))
    }
}
