import Resilience
import Testing
import Weir
import WeirConfiguration

/// The `alerts` section.
@Suite struct AlertTests {
    private static let clients = "clients: {am: {key: 0123456789abcdef}}\n"
    private static let good = """
        alerts:
          clients: [am]
          retry_class: async
          lifetime: 2h
          sinks:
            oncall: {type: template, to: [oA, oB], template_id: T, url: "{externalURL}", rate: 3/m,
                     fields: {thing1: "{status} {label.team}", remark: "{{x}}"}}
            notice: {type: subscribe, app: main, to: [oA], template_id: T, page: "p?a={alertname}", fields: {thing1: x}}
            text: {type: custom, to: [oA], text: "{alerts}"}
            ding: {type: dingtalk, access_token: "${DING_TOKEN}", secret: SECx, at_mobiles: [138], at_all: true,
                   rate: 15/m, url: "http://127.0.0.1:1"}
            wecom: {type: wecom, key: k1, mentioned: ["@all"], mentioned_mobiles: ["139"], text: "{count}"}
          routes:
            - {match: {severity: critical, team: [pay, orders]}, to: [oncall, ding]}
            - {to: [wecom]}
        """

    private func alerts(_ text: String) throws -> AlertConfiguration {
        let read = Reading.read(Reading.app + Self.clients + text, environment: ["DING_TOKEN": "token-of-ding"])
        #expect(read.problems == [])
        return try #require(read.configuration).alerts
    }

    @Test func `every key reaches its value`() throws {
        let alerts = try alerts(Self.good)
        #expect(alerts.clients == ["am"] && alerts.retryClass == "async" && alerts.lifetime == .seconds(7200))
        #expect(
            alerts.routes == [
                AlertRouteConfiguration(
                    match: ["severity": ["critical"], "team": ["pay", "orders"]],
                    sinks: ["oncall", "ding"]
                ),
                AlertRouteConfiguration(sinks: ["wecom"]),
            ]
        )
        var oncall = AlertMessageConfiguration(app: "main", kind: .template, recipients: ["oA", "oB"])
        (oncall.templateID, oncall.link) = ("T", try AlertTemplate("{externalURL}"))
        oncall.fields = [
            AlertField(name: "thing1", value: try AlertTemplate("{status} {label.team}")),
            AlertField(name: "remark", value: try AlertTemplate("{{x}}")),
        ]
        let three = RateLimit(permits: 3, per: .seconds(60), burst: 3)
        #expect(alerts.sinks["oncall"] == AlertSinkConfiguration(.wechat(oncall), rate: three))
        var notice = AlertMessageConfiguration(app: "main", kind: .subscribe, recipients: ["oA"])
        (notice.templateID, notice.link) = ("T", try AlertTemplate("p?a={alertname}"))
        notice.fields = [AlertField(name: "thing1", value: try AlertTemplate("x"))]
        #expect(alerts.sinks["notice"] == AlertSinkConfiguration(.wechat(notice)))
        var text = AlertMessageConfiguration(app: "main", kind: .custom, recipients: ["oA"])
        text.text = try AlertTemplate("{alerts}")
        #expect(alerts.sinks["text"] == AlertSinkConfiguration(.wechat(text)))
    }

    @Test func `robots have their secrets, their address and a rate that their vendor takes`() throws {
        let alerts = try alerts(Self.good)
        var ding = RobotConfiguration(
            kind: .dingtalk,
            key: "token-of-ding",
            secret: "SECx",
            origin: "http://127.0.0.1:1"
        )
        ding.rate = RateLimit(permits: 15, per: .seconds(60), burst: 5)
        var sink = AlertRobotConfiguration(ding)
        (sink.mobiles, sink.mentionsAll) = (["138"], true)
        #expect(alerts.sinks["ding"] == AlertSinkConfiguration(.robot(sink), rate: ding.rate))
        var wecom = AlertRobotConfiguration(RobotConfiguration(kind: .wecom, key: "k1"))
        (wecom.mentioned, wecom.mobiles) = (["@all"], ["139"])
        wecom.text = try AlertTemplate("{count}")
        #expect(alerts.sinks["wecom"] == AlertSinkConfiguration(.robot(wecom)))
    }

    private static let chats = """
        alerts:
          sinks:
            feishu: {type: feishu, token: [t1, t2], secret: [SECf1, SECf2], format: markdown, language: zh, mentioned: [ou_1],
                     at_all: true, parts: 2, rate: 30/m}
            pool: {type: wecom, key: [k1, k2, k3], rate: 10/m}
            own: {type: webhook, url: "https://h.example/services/T0/B0?pass=p1", headers: {Authorization: "Bearer b1", X-Team: a},
                  body: {a: "{title}", b: [1, -2.5, true, null, "1", 01, {c: "x{{}}"}]}, rate: 200/m}
          routes: [{to: [feishu, pool, own]}]
        """

    @Test func `pools, Feishu and addresses of one's own have what they need`() throws {
        let alerts = try alerts(Self.chats)
        let feishu = try #require(alerts.sinks["feishu"])
        #expect(feishu.language == .chinese && feishu.rate == RateLimit(permits: 30, per: .seconds(60), burst: 30))
        var robot = RobotConfiguration(kind: .feishu, key: "t1", secret: "SECf1")
        #expect(robot.origin == "https://open.feishu.cn")
        var group = AlertRobotConfiguration(robot)
        group.others = [RobotConfiguration.Credentials(key: "t2", secret: "SECf2")]
        (group.format, group.parts, group.mentioned, group.mentionsAll) = (.markdown, 2, ["ou_1"], true)
        #expect(feishu.channel == .robot(group))
        guard case .robot(let pool)? = alerts.sinks["pool"]?.channel else { return #expect(Bool(false)) }
        #expect(pool.robot.key == "k1" && pool.others.map(\.key) == ["k2", "k3"] && pool.parts == 5)
        guard case .robot(let own)? = alerts.sinks["own"]?.channel else { return #expect(Bool(false)) }
        robot = own.robot
        #expect(robot.origin == "https://h.example" && robot.key == "/services/T0/B0?pass=p1")
        #expect(robot.headers == ["authorization": "Bearer b1", "x-team": "a"])
        #expect(robot.rate == RateLimit(permits: 200, per: .seconds(60), burst: 200))
        #expect(own.body?.source == #"{a: "{title}", b: [1, -2.5, true, null, "1", "01", {c: "x{{}}"}]}"#)
    }

    @Test func `no secret of theirs is printed either`() throws {
        let read = Reading.read(Reading.app + Self.chats)
        let configuration = try #require(read.configuration)
        var other = configuration
        other.alerts.sinks["own"] = nil
        let lines =
            configuration.redactedLines + ConfigurationChanges(from: configuration, to: other).all.map(\.description)
        for secret in ["t1", "t2", "SECf1", "SECf2", "k1", "k3", "services", "p1", "Bearer", "ou_1"] {
            #expect(!lines.contains { $0.contains(secret) }, "\(secret)")
        }
        for line in [
            "own.url: (secret)", "own.headers.authorization: (secret)", "pool.key: (secret)", "feishu.language: zh",
        ] {
            #expect(lines.contains("alerts.sinks.\(line)"), "\(line)")
        }
    }

    @Test func `without the section no alerts are taken`() throws {
        #expect(try alerts("") == AlertConfiguration())
        #expect(try alerts("alerts:\n") == AlertConfiguration())
        #expect(try !alerts("alerts:\n").isEnabled)
    }

    private static let route = ", routes: [{to: [s]}]}"

    @Test(arguments: [
        ("{sinks: {s: {type: wecom, key: k}}}", "alerts: needs routes"),
        ("{sinks: {s: {key: k}}\(route)", "alerts.sinks.s: needs type"),
        ("{sinks: {s: {type: wecomm}}\(route)", "alerts.sinks.s.type: `wecomm` is none of template, subscribe, custom"),
        ("{sinks: {s: {type: wecom}}\(route)", "alerts.sinks.s: needs key"),
        ("{sinks: {s: {type: dingtalk, key: k}}\(route)", "alerts.sinks.s.key: does not belong to such a sink"),
        ("{sinks: {s: {type: template, to: [o], fields: {a: b}}}\(route)", "alerts.sinks.s: needs template_id"),
        ("{sinks: {s: {type: template, template_id: T, to: [o]}}\(route)", "alerts.sinks.s: needs fields"),
        ("{sinks: {s: {type: custom}}\(route)", "alerts.sinks.s: needs to"),
        ("{sinks: {s: {type: custom, to: []}}\(route)", "alerts.sinks.s.to: names nobody"),
        ("{sinks: {s: {type: custom, to: [o, o]}}\(route)", "alerts.sinks.s.to: the same openid again"),
        ("{sinks: {s: {type: custom, to: [\"o x\"]}}\(route)", "alerts.sinks.s.to: not an openid"),
        ("{sinks: {s: {type: custom, app: mian, to: [o]}}\(route)", "alerts.sinks.s.app: `mian` is none of main"),
        (
            "{sinks: {s: {type: custom, to: [o], text: \"{sumary}\"}}\(route)",
            "alerts.sinks.s.text: `{sumary}` is no placeholder; did you mean `{summary}`?"
        ),
        ("{sinks: {s: {type: custom, to: [o], text: \"{\"}}\(route)", "alerts.sinks.s.text: a brace without its other"),
        (
            "{sinks: {s: {type: template, to: [o], template_id: T, fields: {\"a b\": x}}}\(route)",
            "not a variable's name: write such as thing1"
        ),
        ("{sinks: {s: {type: wecom, key: k, rate: 20/m}}\(route)", "alerts.sinks.s.rate: too fast: a robot takes 20"),
        ("{sinks: {s: {type: wecom, key: k, rate: 1/s}}\(route)", "alerts.sinks.s.rate: too fast: a robot takes 20"),
        ("{sinks: {s: {type: wecom, key: k, url: \"http://10.0.0.1\"}}\(route)", "alerts.sinks.s.url: plain http is"),
        ("{sinks: {\"S:x\": {type: wecom, key: k}}\(route)", "not a name: a name begins with"),
        ("{sinks: {s: {type: wecom, key: k}}, routes: []}", "alerts.routes: names no route"),
        ("{sinks: {s: {type: wecom, key: k}}, routes: [{}]}", "alerts.routes[0]: needs to"),
        ("{sinks: {s: {type: wecom, key: k}}, routes: [{to: []}]}", "alerts.routes[0].to: names no sink"),
        ("{sinks: {s: {type: wecom, key: k}}, routes: [{to: [t]}]}", "alerts.routes[0].to: there is no sink `t`"),
        (
            "{sinks: {s: {type: wecom, key: k}}, routes: [{match: {a: b}, to: [s]}]}",
            "the last route must have no match"
        ),
        (
            "{sinks: {s: {type: wecom, key: k}}, routes: [{to: [s]}, {to: [s]}]}",
            "alerts.routes[0]: has no match and is not the last"
        ),
        (
            "{sinks: {s: {type: wecom, key: k}}, routes: [{match: {}, to: [s]}, {to: [s]}]}",
            "alerts.routes[0]: has no match and is not the last"
        ),
        (
            "{sinks: {s: {type: wecom, key: k}}, routes: [{match: {a: []}, to: [s]}, {to: [s]}]}",
            "alerts.routes[0].match.a: names no value: no alert would match"
        ),
        (
            "{sinks: {s: {type: wecom, key: \"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k\"}}\(route)",
            "alerts.sinks.s.key: looks like an address: write only what follows `key=` in it"
        ),
        (
            "{sinks: {s: {type: dingtalk, access_token: \"access_token=k\"}}\(route)",
            "alerts.sinks.s.access_token: looks like an address: write only what follows `access_token=` in it"
        ),
        ("{sinks: {s: {type: feishu}}\(route)", "alerts.sinks.s: needs token"),
        ("{sinks: {s: {type: feishu, token: k, key: k}}\(route)", "alerts.sinks.s.key: does not belong to such a sink"),
        ("{sinks: {s: {type: feishu, token: k, rate: 100/m}}\(route)", "too fast: a robot takes 100 in a minute"),
        (
            "{sinks: {s: {type: feishu, token: \"https://open.feishu.cn/open-apis/bot/v2/hook/k\"}}\(route)",
            "looks like an address: write only what follows `/hook/` in it"
        ),
        ("{sinks: {s: {type: wecom, key: []}}\(route)", "alerts.sinks.s.key: names no robot"),
        ("{sinks: {s: {type: wecom, key: [k, k]}}\(route)", "alerts.sinks.s.key: the same robot again"),
        (
            "{sinks: {s: {type: dingtalk, access_token: [k, l], secret: x}}\(route)",
            "alerts.sinks.s.secret: has 1 secrets for 2 robots: each needs its own"
        ),
        (
            "{sinks: {s: {type: wecom, key: [\((0..<11).map { "k\($0)" }.joined(separator: ", "))]}}\(route)",
            "at most 10"
        ),
        ("{sinks: {s: {type: wecom, key: k, language: de}}\(route)", "alerts.sinks.s.language: `de` is none of en, zh"),
        ("{sinks: {s: {type: wecom, key: k, format: html}}\(route)", "alerts.sinks.s.format: `html` is none of text"),
        ("{sinks: {s: {type: wecom, key: k, parts: 6}}\(route)", "alerts.sinks.s.parts: `6` is not between 1 and 5"),
        (
            "{sinks: {s: {type: wecom, key: k, format: markdown, mentioned_mobiles: [\"138\"]}}\(route)",
            "WeCom's markdown mentions nobody by number"
        ),
        (
            "{sinks: {s: {type: wecom, key: k, format: markdown, mentioned: [\"@all\"]}}\(route)",
            "WeCom's markdown can't mention everybody"
        ),
        ("{sinks: {s: {type: webhook}}\(route)", "alerts.sinks.s: needs url"),
        (
            "{sinks: {s: {type: webhook, url: \"http://10.0.0.1/x\"}}\(route)",
            "alerts.sinks.s.url: plain http is allowed"
        ),
        ("{sinks: {s: {type: webhook, url: \"https://h/x#y\"}}\(route)", "alerts.sinks.s.url: not an address"),
        ("{sinks: {s: {type: webhook, url: \"https://u@h/x\"}}\(route)", "alerts.sinks.s.url: not an address"),
        (
            "{sinks: {s: {type: webhook, url: \"https://h/x\", headers: {Host: h}}}\(route)",
            "alerts.sinks.s.headers: the header `Host` can't be set"
        ),
        (
            "{sinks: {s: {type: webhook, url: \"https://h/x\", body: {a: [{b: \"{nme}\"}]}}}\(route)",
            "`{nme}` is no placeholder"
        ),
        (
            "{sinks: {s: {type: webhook, url: \"https://h/x\", body: [\((0..<201).map { "\($0)" }.joined(separator: ", "))]}}\(route)",
            "alerts.sinks.s.body: has more than 200 values"
        ),
        ("{clients: [al], sinks: {s: {type: wecom, key: k}}\(route)", "alerts.clients: there is no client `al`"),
        ("{retry_class: nun, sinks: {s: {type: wecom, key: k}}\(route)", "alerts.retry_class: `nun` is none of"),
        ("{lifetime: 5s, sinks: {s: {type: wecom, key: k}}\(route)", "alerts.lifetime: `5s` is not between 1m"),
        ("{sink: {}}", "alerts.sink: unknown key; did you mean `sinks`?"),
    ])
    func `a wrong section is refused where it goes wrong`(_ text: String, _ expected: String) {
        let problems = Reading.problems(Reading.app + "alerts: " + text)
        #expect(problems.contains { $0.contains(expected) }, "\(problems)")
        #expect(problems.allSatisfy { $0.hasPrefix("3:") || $0.hasPrefix("1:1") }, "\(problems)")
    }

    @Test func `what is hardly an openid is a warning`() {
        let good = "o" + String(repeating: "X", count: 27)
        let sink = "{type: custom, to: [\(good), \(good)Y, \(good.dropFirst())p, oA]}"
        let read = Reading.read(Reading.app + "alerts: {sinks: {s: \(sink)}\(Self.route)")
        #expect(read.problems == [])
        let warnings = Reading.shortened(read.warnings).filter { $0.contains("hardly an openid") }
        #expect(warnings.count == 3, "\(read.warnings)")
        #expect(!warnings.contains { $0.contains("oA") || $0.contains("XX") })
    }

    @Test func `the end of a message is its lifetime alone by default`() throws {
        let read = try #require(Reading.read(Reading.app).configuration)
        let policy = try #require(read.retry.classes[AlertConfiguration().retryClass])
        #expect(policy.maxAge == nil && policy.ladder.first == .seconds(5))
    }

    @Test func `lists have bounds`() {
        let many = (0..<60).map { "s\($0): {type: wecom, key: k}" }.joined(separator: ", ")
        let people = (0..<101).map { "o\($0)" }.joined(separator: ", ")
        let routes = Array(repeating: "{to: [s]}", count: 201).joined(separator: ", ")
        for (text, words) in [
            ("{sinks: {\(many)}, routes: [{to: [s1]}]}", "at most 50 are allowed"),
            ("{sinks: {s: {type: custom, to: [\(people)]}}, routes: [{to: [s]}]}", "at most 100 are allowed"),
            ("{sinks: {s: {type: wecom, key: k}}, routes: [\(routes)]}", "at most 200 are allowed"),
        ] {
            let problems = Reading.problems(Reading.app + "alerts: " + text)
            #expect(problems.contains { $0.contains(words) }, "\(problems)")
        }
    }

    @Test func `each change of a sink names its key as the file does`() throws {
        var text = Self.good
        for (old, new) in [
            ("[oA, oB]", "[oA, oC]"), ("{externalURL}", "https://a.b"), ("p?a={alertname}", "p"),
            ("{alerts}", "{count}"),
            ("SECx", "SECy"), ("at_all: true", "at_all: false"), ("15/m", "12/m"), ("[138]", "[139]"), ("k1", "k2"),
            ("[\"@all\"]", "[u]"), ("[oncall, ding]", "[ding]"),
        ] { text = text.replacing(old, with: new) }
        let environment = ["DING_TOKEN": "token-of-ding"]
        let old = Reading.read(Reading.app + Self.clients + Self.good, environment: environment)
        let new = Reading.read(Reading.app + Self.clients + text, environment: environment)
        let changes = ConfigurationChanges(from: try #require(old.configuration), to: try #require(new.configuration))
        #expect(
            changes.all.map(\.description) == [
                "alerts.routes: [{match: {severity: [critical], team: [pay, orders]}, to: [oncall, ding]}, {match: {}, to: [wecom]}] → "
                    + "[{match: {severity: [critical], team: [pay, orders]}, to: [ding]}, {match: {}, to: [wecom]}]",
                "alerts.sinks.ding.at_all: true → false",
                "alerts.sinks.ding.at_mobiles: changed",
                "alerts.sinks.ding.rate: {rate: 15/m, burst: 5} → {rate: 12/m, burst: 8}",
                "alerts.sinks.ding.secret: changed",
                "alerts.sinks.notice.page: p?a={alertname} → p",
                "alerts.sinks.oncall.to: changed",
                "alerts.sinks.oncall.url: {externalURL} → https://a.b",
                "alerts.sinks.text.text: {alerts} → {count}",
                "alerts.sinks.wecom.key: changed",
                "alerts.sinks.wecom.mentioned: changed",
            ]
        )
    }

    @Test func `no secret and no openid is printed`() throws {
        let read = Reading.read(Reading.app + Self.clients + Self.good, environment: ["DING_TOKEN": "token-of-ding"])
        let configuration = try #require(read.configuration)
        var other = configuration
        other.alerts.sinks["wecom"] = nil
        other.alerts.sinks["oncall"] = configuration.alerts.sinks["text"]
        let lines =
            configuration.redactedLines + ConfigurationChanges(from: configuration, to: other).all.map(\.description)
        for secret in ["token-of-ding", "SECx", "oA", "oB", "k1", "138"] {
            #expect(!lines.contains { $0.contains(secret) }, "\(secret)")
        }
        #expect(lines.contains("alerts.sinks.ding.access_token: (secret)"))
        #expect(lines.contains("alerts.sinks.wecom: removed"))
    }
}
