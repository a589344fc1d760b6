import Resilience
import Testing
import Weir
import WeirConfiguration

/// Sinks of the type `wecom_app`.
@Suite struct WeComAppTests {
    private static let company = """
        alerts:
          sinks:
            corp: {type: wecom_app, corpid: ww1, agentid: 1000002, secret: SECcorp, to: [zhang, li], parties: [2], tags: [7, 8],
                   format: markdown, rate: 25/m}
            all: {type: wecom_app, corpid: ww1, agentid: 0, secret: SECcorp, to: ["@all"], url: "http://127.0.0.1:1"}
          routes: [{to: [corp, all]}]
        """

    @Test func `an app of WeCom's has a company, a secret and people`() throws {
        let alerts = try #require(Reading.read(Reading.app + Self.company).configuration).alerts
        var app = RobotConfiguration(kind: .wecomApp, key: "ww1", secret: "SECcorp")
        (app.agentID, app.rate) = (1_000_002, RateLimit(permits: 25, per: .seconds(60), burst: 5))
        app.audience = WeComAudience(users: ["zhang", "li"], parties: ["2"], tags: ["7", "8"])
        var group = AlertRobotConfiguration(app)
        group.format = .markdown
        #expect(alerts.sinks["corp"] == AlertSinkConfiguration(.robot(group), rate: app.rate))
        #expect(app.origin == "https://qyapi.weixin.qq.com")
        var all = RobotConfiguration(kind: .wecomApp, key: "ww1", secret: "SECcorp", origin: "http://127.0.0.1:1")
        all.audience = WeComAudience(users: ["@all"])
        #expect(alerts.sinks["all"]?.channel == .robot(AlertRobotConfiguration(all)))
        let lines = try #require(Reading.read(Reading.app + Self.company).configuration).redactedLines
        let shown = [
            "corpid: ww1", "agentid: 1000002", "secret: (secret)", "to: (secret)", "parties: [2]", "tags: [7, 8]",
        ]
        for line in shown {
            #expect(lines.contains("alerts.sinks.corp.\(line)"), "\(line)")
        }
        #expect(!lines.contains { $0.contains("SECcorp") || $0.contains("zhang") })
    }

    private static let route = ", routes: [{to: [s]}]}"

    @Test(arguments: [
        ("{sinks: {s: {type: wecom_app}}\(route)", "alerts.sinks.s: needs corpid"),
        ("{sinks: {s: {type: wecom_app, corpid: w, agentid: 1, to: [a]}}\(route)", "alerts.sinks.s: needs secret"),
        (
            "{sinks: {s: {type: wecom_app, corpid: w, agentid: 1, secret: x}}\(route)",
            "alerts.sinks.s: needs to, parties or tags, which say who is told"
        ),
        (
            "{sinks: {s: {type: wecom_app, corpid: w, agentid: 1, secret: x, to: []}}\(route)",
            "alerts.sinks.s.to: names nobody"
        ),
        (
            "{sinks: {s: {type: wecom_app, corpid: w, agentid: 1, secret: x, to: [\"a|b\"]}}\(route)",
            "alerts.sinks.s.to: no user has a `|` in their id"
        ),
        (
            "{sinks: {s: {type: wecom_app, corpid: w, agentid: 1, secret: x, to: [\"@all\", a]}}\(route)",
            "alerts.sinks.s.to: `@all` is everybody"
        ),
        (
            "{sinks: {s: {type: wecom_app, corpid: w, agentid: 1, secret: x, to: [\"@all\"], tags: [1]}}\(route)",
            "alerts.sinks.s.tags: `to` names everybody already"
        ),
        (
            "{sinks: {s: {type: wecom_app, corpid: w, agentid: 1, secret: x, parties: [sales]}}\(route)",
            "alerts.sinks.s.parties: not a department's number"
        ),
        (
            "{sinks: {s: {type: wecom_app, corpid: \"w w\", agentid: 1, secret: x, to: [a]}}\(route)",
            "alerts.sinks.s.corpid: `w w` is not a corpid"
        ),
        (
            "{sinks: {s: {type: wecom_app, corpid: w, agentid: x, secret: x, to: [a]}}\(route)",
            "alerts.sinks.s.agentid: `x` is not a whole number"
        ),
        (
            "{sinks: {s: {type: wecom_app, corpid: w, agentid: 1, secret: x, to: [a], rate: 30/m}}\(route)",
            "alerts.sinks.s.rate: too fast"
        ),
    ])
    func `a wrong sink is refused where it goes wrong`(_ text: String, _ expected: String) {
        let problems = Reading.problems(Reading.app + "alerts: " + text)
        #expect(problems.contains { $0.contains(expected) }, "\(problems)")
        #expect(problems.allSatisfy { $0.hasPrefix("3:") }, "\(problems)")
    }
}
