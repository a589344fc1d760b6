import Queueing
import Testing
import Timekeeping
import WeChat
import WeirTesting
import WireJSON

@testable import Alerting
@testable import Dispatching
@testable import Weir

/// An app of a company's at WeCom: its token, whom its messages go to, what its answers mean.
struct WeComAppTests {
    private static let secret = "CORPSECRET-of-corp"
    private static let token = UpstreamReply.json(
        #"{"errcode":0,"errmsg":"ok","access_token":"CORP-TOKEN-1","expires_in":7200}"#
    )

    private static func configuration(_ change: (inout RobotConfiguration) -> Void = { _ in }) -> RobotConfiguration {
        var app = RobotConfiguration(kind: .wecomApp, key: "ww1", secret: secret)
        app.agentID = 1_000_002
        app.audience = WeComAudience(users: ["zhang", "li"], parties: ["2"], tags: ["7", "8"])
        change(&app)
        return app
    }

    private static func sink(_ change: (inout AlertRobotConfiguration) -> Void = { _ in }) -> AlertSinkConfiguration {
        AlertFixtures.robot(AlertRobotConfiguration(configuration()), change)
    }

    private static let robot = Robot(configuration())

    // MARK: Requests

    @Test func `a message takes the app's token, and there is no attempt without one`() {
        let token = AccessToken(value: "a+b/c=", issuedAt: .zero, expiresAt: .zero)
        #expect(Self.robot.target(at: .noon) == nil)
        #expect(Self.robot.target(token: token, at: .noon) == "/cgi-bin/message/send?access_token=a%2Bb%2Fc%3D")
    }

    @Test func `it goes to those who stand in the configuration when it leaves`() throws {
        let stored = AlertBodies(.notification(AlertFixtures.notification()), for: Self.sink(), at: .noon).body(to: "")
        #expect(!String(decoding: stored, as: UTF8.self).contains("zhang"))
        #expect(Repeatability.withDuplicateCheck.knowsRepeat(of: stored))
        let json = try JSONObjectView(Self.robot.body(stored, at: .noon))
        #expect(json.string("touser") == "zhang|li" && json.string("toparty") == "2" && json.string("totag") == "7|8")
        #expect(json.integer("agentid") == 1_000_002 && json.string("msgtype") == "text")
        #expect(json.integer("enable_duplicate_check") == 1 && json.integer("duplicate_check_interval") == 1800)
        let alone = Robot(Self.configuration { $0.audience = WeComAudience(users: ["@all"]) })
        let all = try JSONObjectView(alone.body(stored, at: .noon))
        #expect(all.string("touser") == "@all" && all.value("toparty") == nil && all.value("totag") == nil)
    }

    @Test(arguments: AlertRobotConfiguration.Format.allCases)
    func `no two notifications are one request, and a label brings no link`(_ format: AlertRobotConfiguration.Format)
        throws
    {
        let nasty = AlertFixtures.notification([AlertFixtures.item("<<a href='http://evil'>x</a>", summary: "<Ab")])
        let sink = Self.sink { $0.format = format }
        func text(_ now: Timestamp) throws -> String {
            let body = AlertBodies(.notification(nasty), for: sink, at: now).body(to: "")
            #expect(sink.messageType.validate(body).isEmpty)
            return try JSONObjectView(body).value(at: [format.rawValue, "content"])?.string ?? ""
        }
        let (first, second) = (try text(.noon), try text(.noon + .seconds(1)))
        #expect(first != second && first.hasSuffix("\n2026-11-21 12:00:00"), "\(first)")
        #expect(try text(.noon) == first)
        #expect(first.firstMatch(of: /<[aA]/) == nil)
    }

    @Test func `a link that there is no room for is left out, and not cut`() throws {
        let label = String(repeating: "x", count: 900)
        let alerts = [AlertFixtures.item("Down", labels: ["long": label, "longer": label])]
        let sink = Self.sink { $0.format = .markdown }
        let json = try JSONObjectView(
            AlertBodies(.notification(AlertFixtures.notification(alerts)), for: sink, at: .noon).body(to: "")
        )
        let text = json.value(at: ["markdown", "content"])?.string ?? ""
        #expect(text.utf8.count <= 2048 && !text.contains("[Silence]"), "\(text)")
        #expect(text.hasSuffix("\n[Alertmanager](http://alertmanager:9093)\n2026-11-21 12:00:00"), "\(text)")
    }

    @Test func `the token is asked for with the secret in the address, which is its path alone for others`() {
        let request = WeComToken().request(with: Robot(Self.configuration { $0.secret = "s+/=" }).credentials)
        #expect(request.method == "GET" && request.body == nil && request.origin == "https://qyapi.weixin.qq.com")
        #expect(request.target == "/cgi-bin/gettoken?corpid=ww1&corpsecret=s%2B%2F%3D")
        #expect(WeComToken().path == "/cgi-bin/gettoken")
    }

    // MARK: Answers

    @Test(
        arguments: [
            (0, .accepted, .success, .none), (-1, .transient, .failure, .none),
            (40001, .tokenRejected, .ignored, .none), (40014, .tokenRejected, .ignored, .none),
            (42001, .tokenRejected, .ignored, .none), (45009, .throttled, .ignored, .nextMinute),
            (81013, .account, .ignored, .none), (60020, .account, .ignored, .none),
            (45002, .request, .success, .none), (93000, .request, .success, .none),
        ] as [(Int, Outcome, BreakerEffect, WaitHint)]
    )
    func `an errcode means what WeCom says`(
        _ code: Int,
        _ outcome: Outcome,
        _ breaker: BreakerEffect,
        _ wait: WaitHint
    ) {
        let text = "said to \(Self.secret)"
        let result = Self.robot.classify(.success(.json(#"{"errcode":\#(code),"errmsg":"\#(text)"}"#)))
        #expect(result.outcome == outcome && result.breaker == breaker && result.wait == wait)
        #expect(result.errcode == code && result.errmsg == "said to ")
    }

    @Test(
        arguments: [
            ("", nil), (#","invaliduser":"","invalidtag":"""#, nil),
            (#","invaliduser":"wang|chen","invalidparty":"2""#, "not for everybody (invaliduser: 2, invalidparty: 1)"),
            (#","unlicenseduser":"wang""#, "not for everybody (unlicenseduser: 1)"),
        ] as [(String, String?)]
    )
    func `whom a message does not reach is told in numbers`(_ members: String, _ expected: String?) {
        let result = Self.robot.classify(.success(.json(#"{"errcode":0,"errmsg":"ok"\#(members)}"#)))
        #expect(result.outcome == .accepted && result.errmsg == expected ?? "ok")
    }

    @Test(
        arguments: [
            (40001, .fault(errcode: 40001, detail: "x ")), (40013, .fault(errcode: 40013, detail: "x ")),
            (60020, .fault(errcode: 60020, detail: "x ")), (-1, .transient), (45009, .throttled), (0, nil),
        ] as [(Int, TokenFailure?)]
    )
    func `a token that is refused is an operator's affair, but for what passes`(_ code: Int, _ failure: TokenFailure?) {
        let reply = UpstreamReply.json(#"{"errcode":\#(code),"errmsg":"x \#(Self.secret)"}"#)
        let result = WeComToken().classify(.success(reply), with: Self.robot.credentials)
        #expect(TokenFailure(result) == failure)
    }

    @Test func `the next token is asked for at the end of the present one, and no rival is suspected`() throws {
        var machine = AccessTokenMachine(WeComToken().policy, at: .zero)
        func fetch(_ value: String, at now: Instant) throws -> TokenUpdate {
            guard case .fetch(let fetch)? = machine.due(at: now) else { throw Unexpected() }
            return machine.fetched(fetch, value: value, expiresIn: .seconds(7200), at: now)
        }
        _ = try fetch("T1", at: .zero)
        #expect(machine.nextWake == .zero + .seconds(7200))
        // WeCom has ended it by itself.
        let now = Instant.zero + .seconds(60)
        _ = machine.rejected(value: "T1", at: now)
        guard case .renewed(let token) = try fetch("T2", at: now) else { throw Unexpected() }
        #expect(token.value == "T2" && machine.supersededCount == 0)
    }

    private struct Unexpected: Error {}

    // MARK: The gateway

    private func bench() throws -> AlertBench { try AlertBench(AlertFixtures.configuration(team: Self.sink())) }

    private func slow(_ name: String = "Slow") -> [UInt8] { AlertBench.webhook(name, severity: "warning") }

    private static func errcode(_ code: Int) -> UpstreamReply {
        .json(#"{"errcode":\#(code),"errmsg":"text of \#(code)"}"#)
    }

    private func waitsFor(_ bench: AlertBench) -> WaitReason? {
        bench.harness.gateway.snapshot().gates.first { $0.app == "robot:team" }?.obstacle?.reason
    }

    /// The first request is that for the app's token, the second that for this one.
    private func target(_ bench: AlertBench, _ number: Int) -> String {
        bench.harness.transport.sent[number].request.target
    }

    @Test func `a message waits for the token, and goes once more with another where it is rejected`() async throws {
        let bench = try bench()
        let transport = bench.harness.transport
        try await bench.post(slow())
        #expect(transport.count == 2 && transport.sent[1].path == "/cgi-bin/gettoken")
        transport.answer(.success(Self.token))
        await transport.waitForRequests(3)
        #expect(target(bench, 2) == "/cgi-bin/message/send?access_token=CORP-TOKEN-1")
        transport.answer(.success(Self.errcode(42001)))
        await transport.waitForRequests(4)
        #expect(transport.sent[3].path == "/cgi-bin/gettoken")
        transport.answer(#"{"errcode":0,"errmsg":"ok","access_token":"CORP-TOKEN-2","expires_in":7200}"#)
        await transport.waitForRequests(5)
        #expect(target(bench, 4) == "/cgi-bin/message/send?access_token=CORP-TOKEN-2")
        transport.answer(#"{"errcode":0,"errmsg":"ok","invaliduser":"li","msgid":"m"}"#)
        bench.settle()
        #expect(bench.messages.map(\.state) == [.sent])
        let attempts = bench.messages[0].attempts
        #expect(attempts.map(\.outcome) == [.tokenRejected, .accepted])
        #expect(attempts.last?.errmsg == "not for everybody (invaliduser: 1)")
        let shown = bench.harness.log.text + bench.harness.metricsText
        for secret in [Self.secret, "CORP-TOKEN", "zhang"] { #expect(!shown.contains(secret), "\(secret)") }
        #expect(shown.contains("weir_token_refreshes_total{app=\"robot:team\",outcome=\"accepted\"} 2"))
        #expect(shown.contains("errcode=42001") && !shown.contains("by=rival"))
    }

    @Test func `after an attempt in doubt WeCom is asked to take the very same again`() async throws {
        var alerts = AlertFixtures.configuration(team: Self.sink())
        alerts.retryClass = "available"
        let bench = try AlertBench(alerts)
        let transport = bench.harness.transport
        transport.answer(.success(Self.token))
        try await bench.post(slow())
        await transport.waitForRequests(3)
        transport.answer(.failure(TransportFailure(.timeout, bytesLeft: true)))
        bench.settle()
        bench.harness.advance(.seconds(5))
        await transport.waitForRequests(4)
        #expect(transport.sent[3].body == transport.sent[2].body)
        transport.answer(.success(Self.errcode(0)))
        bench.settle()
        #expect(bench.messages.map(\.state) == [.sent])
    }

    @Test func `without a token only this sink waits, and its operator is told the errcode`() async throws {
        let bench = try bench()
        // WeCom repeats what it was asked.
        let words = "bad /cgi-bin/gettoken?corpid=ww1&corpsecret=\(Self.secret)"
        bench.harness.transport.answer(#"{"errcode":40001,"errmsg":"\#(words)"}"#)
        try await bench.post(slow())
        bench.settle()
        #expect(waitsFor(bench) == .credentials)
        #expect(bench.harness.gateway.tokens().map(\.app) == ["main", "robot:team"])
        #expect(bench.harness.gateway.tokens().last?.status.fault == 40001)
        let readiness = bench.harness.gateway.appsReadiness()
        #expect(readiness.configured == 1 && readiness.ready == 1)
        let log = bench.harness.log.text
        #expect(log.contains("access_token could not be fetched") && log.contains("corpsecret="))
        #expect(!(log + bench.harness.metricsText).contains(Self.secret))
    }

    @Test func `people whom WeCom does not know hold the sink, and right ones by a reload get what waits`() async throws
    {
        let bench = try bench()
        let transport = bench.harness.transport
        transport.answer(.success(Self.token))
        try await bench.post(slow())
        await transport.waitForRequests(3)
        transport.answer(.success(Self.errcode(81013)))
        bench.settle()
        #expect(waitsFor(bench) == .account)
        var configuration = bench.harness.configuration
        configuration.alerts.sinks["team"] = AlertSinkConfiguration(
            .robot(AlertRobotConfiguration(Self.configuration { $0.audience = WeComAudience(users: ["right"]) }))
        )
        bench.harness.gateway.reload(configuration)
        bench.harness.advance(.seconds(61))
        await transport.waitForRequests(4)
        // The same token: it is the same app.
        #expect(target(bench, 3) == "/cgi-bin/message/send?access_token=CORP-TOKEN-1")
        #expect(transport.sent[3].body.hasPrefix(#"{"touser":"right","agentid":1000002,"msgtype":"text""#))
    }

    @Test func `a sink that becomes a robot needs no token, and back as WeCom's app it asks for one`() async throws {
        let bench = try bench()
        let transport = bench.harness.transport
        var configuration = bench.harness.configuration
        configuration.alerts.sinks["team"] = AlertFixtures.robot(.wecom)
        bench.harness.gateway.reload(configuration)
        try await bench.post(slow())
        await transport.waitForRequests(3)
        #expect(target(bench, 2) == "/cgi-bin/webhook/send?key=thekey-of-wecom")
        #expect(bench.harness.gateway.tokens().map(\.app) == ["main"])
        configuration.alerts.sinks["team"] = AlertFixtures.robot(
            AlertRobotConfiguration(Self.configuration { $0.agentID = 5 })
        ) { _ in }
        bench.harness.gateway.reload(configuration)
        await transport.waitForRequests(4)
        #expect(transport.sent[3].path == "/cgi-bin/gettoken")
        transport.answer(.success(.ok))
        // What was asked for before the first reload is nobody's answer by now.
        transport.complete(3, .success(Self.token))
        try await bench.post(slow("Slower"))
        await transport.waitForRequests(5)
        #expect(target(bench, 4) == "/cgi-bin/message/send?access_token=CORP-TOKEN-1")
    }
}
