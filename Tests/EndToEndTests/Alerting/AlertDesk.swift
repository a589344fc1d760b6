/// A healthy gateway that shows Alertmanager's notifications to people: on a phone of its sandbox, and to two robots.
final class AlertDesk: Sendable {
    let sandbox: SandboxProcess
    let weir: WeirProcess
    /// Holds the journal's folder.
    private let settings: WeirSettings
    /// Stands for DingTalk and WeCom.
    private let robots: ChildProcess

    static let key = Stage.key(of: "alertmanager")
    static let openID = "oPrivateOpenIDOnCall-7c1e9b"
    /// Of the robots' addresses, and what DingTalk's requests are signed with.
    static let robotSecrets = [
        "ding-token-0123456789abcdef", "SEC-ding-0123456789abcdef", "wecom-key-0123456789abcdef",
    ]

    init() async throws {
        let robots = try Python.start("webhooks.py", [])
        let port = try await eventually("the robots listen") { robots.output.first.flatMap { Int($0) } }
        self.robots = robots
        sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.sections = AlertDesk.sections(robots: port)
        self.settings = settings
        weir = try await WeirProcess.start(settings)
    }

    private static func sections(robots: Int) -> String {
        """
        \(Stage.clients(["alertmanager": ", max_priority: urgent"]))
        log: {level: debug}
        alerts:
          clients: [alertmanager]
          sinks:
            phone: {type: custom, app: main, to: [\(openID)], text: "{alerts}", rate: 1000/s}
            ding:
              type: dingtalk
              url: "http://127.0.0.1:\(robots)"
              access_token: \(robotSecrets[0])
              secret: \(robotSecrets[1])
            wecom: {type: wecom, url: "http://127.0.0.1:\(robots)", key: \(robotSecrets[2])}
          routes: [{to: [phone, ding, wecom]}]
        """
    }

    /// What the phone showed from a number on: the text of each message, and the number to go on with.
    func shown(since number: Int) async throws -> (texts: [String], next: Int) {
        let page = try await sandbox.http.get("/_sandbox/deliveries?since=\(number)&limit=1000").json
        let texts = page?["deliveries"]?.array.compactMap { delivery -> String? in
            let body = delivery["body"]
            return (body?["text"] ?? body?.string.flatMap { JSONAny($0)?["text"] })?["content"]?.string
        }
        return (texts ?? [], page?["next"]?.int ?? number)
    }

    /// What the robots were told.
    var robotMessages: [String] {
        Array(robots.output.dropFirst())
    }
}
