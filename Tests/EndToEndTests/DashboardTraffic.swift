/// A little of everything that goes well, and of everything that a panel shows when it does not.
struct DashboardTraffic: Sendable {
    let stage: Stage
    private let token: String

    private static let client = "orders"
    private static let template = "/cgi-bin/message/template/send"
    private static let headers = Stage.authorization(of: client) + [(name: "Content-Type", value: "application/json")]

    /// Nobody listens there.
    private static let nowhere = "http://127.0.0.1:9/"
    private static let callbacks = ", callbacks: [\"\(nowhere)\"], callback_secret: callback-0123456789"

    /// One that is passed soon, and refuses nothing.
    private static let budgets = ", budgets: [{limit: 100000/d}, {app: main, limit: 1/d, mode: shadow}]"

    static func start() async throws -> DashboardTraffic {
        let stage = try await Stage.start { settings in
            settings.limits = "{/cgi-bin/user/info: {rate: 5/s, burst: 1}, default: {rate: 1000/s, burst: 1000}}"
            // Of apps with several hosts there are series about these.
            settings.upstreams = [settings.upstream, 1]
            // The series of callbacks and receipts begin at 0 with it.
            settings.server = ", callback: \"127.0.0.1:0\""
            settings.limits += "\n    callback: {path: /wechat/main, token: CbToken1, mode: plain}"
            settings.sections = """
                \(Stage.clients([client: callbacks + budgets, "campaign": ", rate: 1/s"]))breaker: {minimum_calls: 5, open: 1s}
                tracing: {endpoint: "http://127.0.0.1:\(settings.upstream)", ratio: 1}
                alerts:
                  clients: [\(client)]
                  sinks: {oncall: {type: template, to: [o-oncall], template_id: alert, fields: {first: "{alertname}"}}}
                  routes: [{to: [oncall]}]
                retry:
                  available: {attempts: 2, backoff: 20ms, ladder: [1s], max_age: 3s}
                """
        }
        // More than is sent, and at the pace of the rounds used up within the day.
        _ = try await stage.sandbox.http.post("/_sandbox/config", "{\"daily\":{\"\(template)\":2000}}")
        return DashboardTraffic(stage: stage, token: try await stage.weir.token(secret: Stage.key(of: client)))
    }

    /// One of each kind of message and call, all of which WeChat takes until `provoke`.
    func round(_ number: Int) async throws {
        let openID = "o-\(number)"
        let subscription = #"{"touser":"\#(openID)","template_id":"t","data":{"thing1":{"value":"x"}}}"#
        _ = try await stage.weir.api.get("/cgi-bin/ticket/getticket?type=jsapi&access_token=\(token)")
        for message in [
            Message.template(to: openID, members: ",\"priority\":\"urgent\",\"callback_url\":\"\(Self.nowhere)ended\""),
            .custom(to: openID),
            Message(type: "subscribe", body: subscription, members: #","priority":"low""#),
        ] {
            _ = try await stage.weir.send(message, headers: Self.headers)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // At 5/s one of the three goes, one waits and one would wait longer than it may: at any pace of the rounds.
            let limited = [String](repeating: "/cgi-bin/user/info", count: 3)
            for path in limited + ["/cgi-bin/getcallbackip", "/cgi-bin/media/get"] {
                group.addTask {
                    let target = "\(path)?openid=\(openID)&access_token=\(token)"
                    _ = try await stage.weir.api.call("GET", target, headers: [("X-Weir-Timeout", "0.3")])
                }
            }
            try await group.waitForAll()
        }
    }

    /// From now on much goes wrong.
    func provoke() async throws {
        for fault in [
            // Too few to open the messages' breaker, behind which nothing would end.
            #""kind":"errcode","errcode":-1,"api":"/cgi-bin/message/custom/send","rate":0.4"#,
            #""kind":"errcode","errcode":45009,"api":"/cgi-bin/message/subscribe/bizsend","rate":1"#,
            #""kind":"errcode","errcode":48001,"api":"/cgi-bin/getcallbackip","rate":1"#,
            #""kind":"reset","api":"/cgi-bin/media/get","rate":1"#,
        ] {
            try await stage.sandbox.fault(fault)
        }
    }

    /// What senders, other holders of the AppSecret and operators do wrong.
    func mishaps() async throws {
        // Suppressed from the second on: before the faults, as WeChat must say what is wrong with the user.
        _ = try await stage.weir.send(.template(to: "o-unfollowed"), headers: Self.headers)
        try await stage.sandbox.fault(#""kind":"errcode","errcode":40037,"api":"\#(Self.template)","count":1"#)
        // One that is in doubt, and repeated.
        try await stage.sandbox.fault(#""kind":"reset","api":"\#(Self.template)","count":1"#)
        _ = try await stage.weir.send(.template(to: ""), headers: Self.headers)
        _ = try await stage.weir.send(.template(to: "o-1"), headers: [("Authorization", "Bearer nobody's key")])
        let campaign = Stage.authorization(of: "campaign") + [(name: "Content-Type", value: "application/json")]
        for _ in 0..<3 { _ = try await stage.weir.send(.template(to: "o-2"), headers: campaign) }
        _ = try await stage.weir.api.get("/cgi-bin/user/info?openid=o-1&access_token=somebody-elses")
        let alert =
            #"{"status":"firing","labels":{"alertname":"A"},"annotations":{},"startsAt":"2026-01-01T00:00:00Z"}"#
        let webhook = #"{"version":"4","groupKey":"A","externalURL":"http://a","alerts":[\#(alert)]}"#
        _ = try await stage.weir.api.call("POST", "/v1/alerts", headers: Self.headers, body: webhook)
        // What failed above waits again, by an operation.
        _ = try await stage.weir.admin.post(
            "/v1/redrive",
            #"{"filter":{"state":["failed"],"type":"template"},"rate":"1/s","reason":"the template is mended"}"#
        )
        try await stage.sandbox.rival()
        try await stage.weir.admin.expect(422, toReload: stage.settings, as: "nonsense: 1")
        try await stage.weir.admin.expect(200, toReload: stage.settings, as: stage.settings.yaml + "# changed\n")
    }
}

extension HTTPEndpoint {
    fileprivate func expect(_ status: Int, toReload settings: WeirSettings, as text: String) async throws {
        try settings.folder.write("weir.yml", text)
        let answer = try await post("/v1/reload")
        guard answer.status == status else { throw NeverHappened(description: "reload: \(answer.text)") }
    }
}
