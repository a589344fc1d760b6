import Foundation
import Testing

/// An app of a company's at WeCom as a sink, before the sandbox: what its people were shown.
struct AlertsAPIWeComTests {
    private static let company = "ww1234567890abcdef"
    private static let path = "/cgi-bin/message/send"

    /// A gateway with one sink for all and one for people who are not there.
    private struct Desk: Sendable {
        let sandbox: SandboxProcess
        /// Its folder is there as long as they are.
        let settings: WeirSettings
        let weir: WeirProcess

        static func start() async throws -> Desk {
            let sandbox = try await SandboxProcess.start(appIDs: [company])
            var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
            settings.environment = ["WECOM_APP_SECRET": SandboxProcess.secret]
            let app = """
                type: wecom_app, corpid: \(company), agentid: 7, secret: "${WECOM_APP_SECRET}",
                       url: "http://127.0.0.1:\(sandbox.http.port)"
                """
            settings.sections = """
                \(Stage.clients([AlertsAPIStage.client: ""]))alerts:
                  retry_class: available
                  sinks:
                    corp: {\(app), to: [zhangsan, bad-lisi], parties: [2], format: markdown}
                    gone: {\(app), to: [bad-wangwu]}
                  routes:
                    - {match: {team: gone}, to: [gone]}
                    - {to: [corp]}
                """
            return Desk(sandbox: sandbox, settings: settings, weir: try await WeirProcess.start(settings))
        }

        func post(_ name: String, team: String = "a") async throws {
            let body = AlertsAPIStage.webhook(name, labels: ["team": team])
            let client = Stage.authorization(of: AlertsAPIStage.client)
            let answer = try await weir.api.call("POST", "/v1/alerts", headers: client, body: body)
            #expect(answer.status == 200, "\(answer.text)")
        }

        /// The alert that each delivery to the one who is there showed, oldest first.
        func shown() async throws -> [String] {
            try await sandbox.deliveries().filter { $0["openid"]?.string == "zhangsan" }.compactMap { delivery in
                let text = delivery["body"]?["markdown"]?["content"]?.string
                return text?.firstMatch(of: /\[firing\] (\w+)/).map { String($0.output.1) }
            }
        }

        func eventuallyShown(_ names: [String]) async throws {
            try await eventually("people were shown \(names)") { try await shown() == names }
        }

        func messages(_ state: String) async throws -> [JSONAny] {
            let client = Stage.authorization(of: AlertsAPIStage.client)
            let answer = try await weir.api.call("GET", "/v1/messages?state=\(state)", headers: client)
            return answer.data?["messages"]?.array ?? []
        }
    }

    @Test func `people get each alert once, over a rejected token and an answer that was lost`() async throws {
        let desk = try await Desk.start()
        try await desk.post("First")
        try await desk.eventuallyShown(["First"])
        let delivery = try #require(try await desk.sandbox.deliveries().first)
        #expect(delivery["body"]?["touser"]?.string == "zhangsan|bad-lisi" && delivery["body"]?["agentid"]?.int == 7)
        #expect(try await desk.sandbox.shown() == ["zhangsan": 1, "party:2": 1])
        // WeCom ends the token before its time.
        _ = try await desk.sandbox.http.post("/_sandbox/revoke", "{\"appid\":\"\(Self.company)\"}")
        try await desk.post("Second")
        try await desk.eventuallyShown(["First", "Second"])
        // Or it has ended, which costs one more request for a token.
        try await desk.sandbox.fault("\"api\":\"\(Self.path)\",\"kind\":\"errcode\",\"errcode\":42001,\"count\":1")
        try await desk.post("Third")
        try await desk.eventuallyShown(["First", "Second", "Third"])
        try await desk.sandbox.fault("\"api\":\"\(Self.path)\",\"kind\":\"reset_after_accept\",\"count\":1")
        try await desk.post("Fourth")
        try await eventually("all four are known as sent") { try await desk.messages("sent").count == 4 }
        #expect(try await desk.shown() == ["First", "Second", "Third", "Fourth"])
        let requests = try await desk.sandbox.requests(Self.path)
        #expect(requests.compactMap { $0["errcode"]?.int } == [0, 40014, 0, 42001, 0, 0])
        #expect(requests.count == 7)
        try await noSecrets(desk)
        #expect(desk.weir.process.lines.contains { $0.contains("not for everybody (invaliduser: 1)") })
    }

    @Test func `a sink of people who are not there waits for an operator, and keeps no other back`() async throws {
        let desk = try await Desk.start()
        try await desk.post("Lost", team: "gone")
        let waiting = try await eventually("its message waits") { () -> JSONAny? in
            try await desk.messages("pending").first { $0["reason"]?.string?.contains("account") == true }
        }
        #expect(waiting["type"]?.string == "wecom_app" && waiting["app"]?.string == "robot:gone")
        try await desk.post("Found")
        try await desk.eventuallyShown(["Found"])
        #expect(try await desk.sandbox.requests(Self.path).contains { $0["errcode"]?.int == 81013 })
        try await noSecrets(desk)
    }

    /// Nobody's name, no secret and no token stands where people look.
    private func noSecrets(_ desk: Desk) async throws {
        let state = try await desk.weir.admin.get("/v1/state").text
        let metrics = try await desk.weir.admin.get("/metrics").text
        let ids = try await desk.messages("sent").compactMap { $0["id"]?.string }
        let client = Stage.authorization(of: AlertsAPIStage.client)
        var texts = [state, metrics, desk.weir.process.lines.joined(separator: "\n")]
        for id in ids { texts.append(try await desk.weir.api.call("GET", "/v1/messages/\(id)", headers: client).text) }
        for secret in [SandboxProcess.secret, "zhangsan", "bad-lisi", "bad-wangwu", "corpsecret", "98_"] {
            for text in texts { #expect(!text.contains(secret), "\(secret)") }
        }
    }
}
