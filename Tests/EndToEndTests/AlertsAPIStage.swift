import Foundation

/// A gateway with sinks for alerts, before a sandbox and stand-ins for the robots.
struct AlertsAPIStage: Sendable {
    static let client = "alertmanager"
    static let openID = "o-oncall"
    static let token = "ding-token-0123456789"
    static let secret = "SECding0123456789"
    static let key = "wecom-key-0123456789"
    static let pool = ["pool-key-1-0123456789", "pool-key-2-0123456789"]
    static let feishu = "feishu-token-0123456789"
    static let feishuSecret = "feishu-secret-0123456789"
    static let password = "hook-password-0123456789"
    static let secrets = [token, secret, key, feishu, feishuSecret, password, "pass-in-query"] + pool

    let sandbox: SandboxProcess
    let robots: ChildProcess
    let settings: WeirSettings
    let weir: WeirProcess

    /// - Parameter rate: of the sink on WeChat.
    static func start(rate: String = "10/m", queue: Int = 1000) async throws -> AlertsAPIStage {
        let sandbox = try await SandboxProcess.start()
        let robots = try Python.start(
            "robots.py",
            [token, secret, ([key] + pool).joined(separator: ","), feishu, feishuSecret, password]
        )
        let port = try await eventually("the robots listen") { robots.output.first.flatMap { Int($0) } }
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.environment = [
            "DING_TOKEN": token, "DING_SECRET": secret, "WECOM_KEY": key, "FEISHU_TOKEN": feishu,
            "FEISHU_SECRET": feishuSecret, "HOOK_PASSWORD": password,
        ]
        settings.sections = sections(rate: rate, queue: queue, robots: port)
        return AlertsAPIStage(
            sandbox: sandbox,
            robots: robots,
            settings: settings,
            weir: try await WeirProcess.start(settings)
        )
    }

    private static func sections(rate: String, queue: Int, robots: Int) -> String {
        """
        \(Stage.clients([client: "", "orders": ""]))queue: {capacity: \(queue)}
        alerts:
          clients: [\(client)]
          sinks:
            oncall:
              type: template
              to: [\(openID)]
              template_id: weir-alert
              url: "{externalURL}"
              fields: {first: "{status} {alertname} ({count})", remark: "{summary}"}
              rate: \(rate)
            ding: {type: dingtalk, access_token: "${DING_TOKEN}", secret: "${DING_SECRET}", at_mobiles: ["138"],
                   url: "http://127.0.0.1:\(robots)"}
            wecom: {type: wecom, key: "${WECOM_KEY}", mentioned: ["@all"], url: "http://127.0.0.1:\(robots)"}
            feishu: {type: feishu, token: "${FEISHU_TOKEN}", secret: "${FEISHU_SECRET}", format: markdown, language: zh,
                     at_all: true, url: "http://127.0.0.1:\(robots)"}
            pool: {type: wecom, key: [\(pool.joined(separator: ", "))], rate: 1/m, url: "http://127.0.0.1:\(robots)"}
            own:
              type: webhook
              url: "http://127.0.0.1:\(robots)/own/hook?pass=pass-in-query"
              headers: {Authorization: "Bearer ${HOOK_PASSWORD}"}
              body: {title: "{title}", severity: "{severity}", firing: true, lines: ["{alerts}", 7, null]}
          routes:
            - {match: {team: robots}, to: [ding, wecom]}
            - {match: {team: chats}, to: [feishu, own]}
            - {match: {team: pool}, to: [pool]}
            - {to: [oncall]}
        """
    }

    // MARK: Webhooks

    /// Posts a webhook as Alertmanager does.
    func post(_ body: String, to weir: WeirProcess? = nil) async throws -> Answer {
        try await (weir ?? self.weir).api
            .call("POST", "/v1/alerts", headers: Stage.authorization(of: Self.client), body: body)
    }

    /// A webhook about one alert in a group of its own.
    static func webhook(_ name: String, labels: [String: String] = [:]) -> String {
        let all = labels.merging(["alertname": name]) { $1 }.sorted { $0.key < $1.key }
            .map { "\(JSONAny.quoted($0.key)):\(JSONAny.quoted($0.value))" }
            .joined(separator: ",")
        let alert = """
            {"status":"firing","labels":{\(all)},"annotations":{},"startsAt":"2026-01-01T00:00:00Z","fingerprint":"\(name)"}
            """
        return #"{"version":"4","groupKey":"\#(name)","externalURL":"http://am:9093","alerts":[\#(alert)]}"#
    }

    // MARK: What arrived

    /// What the phone showed: the first line and the remark of each message, oldest first.
    func shown() async throws -> [String] {
        try await sandbox.deliveries().compactMap { delivery in
            let data = delivery["body"]?["data"]
            guard let first = data?["first"]?["value"]?.string else { return nil }
            return "\(first): \(data?["remark"]?["value"]?.string ?? "")"
        }
    }

    /// What the robots were sent, oldest first.
    func robotMessages() -> [JSONAny] {
        robots.output.dropFirst().compactMap { JSONAny($0) }
    }
}
