import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Clients
@testable import Dispatching
@testable import Weir

/// Who may call what: denied APIs, foreign tokens, users' logins, clients' rates.
@Suite struct RelayAccessTests {
    static let denied = [
        "/cgi-bin/clear_quota", "/cgi-bin/clear_quota/v2", "/cgi-bin/openapi/quota/clear", "/cgi-bin/openapi/rid/get",
        "/cgi-bin/message/mass/send", "/cgi-bin/message/mass/sendall", "/cgi-bin/clear_quota/v3",
    ]
    /// How somebody may try to slip past a rule.
    static let spellings: [@Sendable (String) -> String] = [
        { $0 }, { "/" + $0 }, { $0 + "/" }, { $0.uppercased() }, { $0.replacing("_", with: "%5F") },
        { $0.replacing("/cgi-bin/", with: "/cgi-bin//") }, { $0.replacing("/cgi-bin/", with: "/cgi-bin%2f") },
        { $0.replacing("/cgi-bin/", with: "/cgi-bin/./") }, { $0.replacing("/cgi-bin/", with: "/cgi-bin/x/../") },
        { $0.replacing("/cgi-bin/", with: "/cgi-bin/x/%2e%2e/") }, { $0.replacing("c", with: "%63") },
        { $0.replacing("c", with: "%2563") }, { $0 + ";x" }, { $0 + "%00" },
        { $0.replacing("/cgi-bin/", with: "/cgi-bin\\") },
    ]

    @Test(arguments: denied)
    func `a denied api is denied in every spelling`(_ path: String) async throws {
        let bench = try RelayBench()
        let token = await bench.token
        for spell in RelayAccessTests.spellings {
            let reply = await bench.send(spell(path) + "?access_token=" + token)
            #expect(reply.errcode == 990_011, "\(spell(path))")
        }
        #expect(bench.harness.calls.isEmpty)
    }

    @Test func `a client for whom a denied api is listed may call it`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.apis = ["/cgi-bin/clear_quota"]
        let bench = try RelayBench(configuration)
        let token = await bench.token
        #expect(await bench.send("/cgi-bin/clear_quota?access_token=\(token)", reply: .ok).errcode == 0)
        #expect(await bench.send("/cgi-bin/openapi/rid/get?access_token=\(token)").errcode == 990_011)
    }

    @Test(arguments: [
        "/cgi-bin/gettoken", "/cgi-bin/component/api_component_token", "/v3/pay/transactions", "/cgi-bin/../etc/passwd",
        "/secapi/pay/refund",
    ])
    func `what belongs to other products is not relayed`(_ path: String) async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let reply = await bench.send("\(path)?access_token=\(token)")
        #expect(reply.errcode == 990_011)
        #expect(bench.harness.calls.isEmpty)
    }

    // MARK: Foreign tokens

    @Test(arguments: [40001, 42001, 40014, 0, 45009, -1])
    func `a foreign token passes untouched, and so does WeChat's word about it`(_ code: Int) async throws {
        let bench = try RelayBench()
        let answer = UpstreamReply.errcode(code)
        let reply = await bench.send(
            "\(Path.custom)?access_token=SOMEBODYS&x=1",
            results: Array(repeating: .success(answer), count: code == -1 ? 5 : 1)
        )
        #expect(bench.harness.calls.first?.request.target == "\(Path.custom)?access_token=SOMEBODYS&x=1")
        #expect(reply.body == answer.body)
        #expect(reply.refusal == nil)
        #expect(bench.harness.transport.sent.filter(\.isTokenRequest).count == 1)
        #expect(bench.harness.dispatcher.recentTokens() == ["REAL-TOKEN-1"])
        #expect(bench.harness.metricsText.contains("weir_relay_foreign_tokens_total 1"))
    }

    @Test func `foreign tokens can be refused`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.relay.foreignTokens = .refuse
        let bench = try RelayBench(configuration)
        #expect(await bench.send("\(Path.custom)?access_token=SOMEBODYS").errcode == 990_006)
        #expect(bench.harness.calls.isEmpty)
    }

    @Test(arguments: ["/cgi-bin/openapi/rid/get", "/cgi-bin/clear_quota", "/cgi-bin/message/mass/sendall"])
    func `with clients configured a foreign token opens no denied api`(_ path: String) async throws {
        let bench = try RelayBench()
        #expect(await bench.send("\(path)?access_token=SOMEBODYS").errcode == 990_011)
        #expect(bench.harness.calls.isEmpty)
    }

    @Test func `the apps' real tokens are cut out of what a foreign token is answered`() async throws {
        let bench = try RelayBench(GatewayHarness.configuration)
        let answer = UpstreamReply.json("{\"errcode\":0,\"request\":{\"url\":\"?access_token=REAL-TOKEN-1\"}}")
        let reply = await bench.send("/cgi-bin/openapi/rid/get?access_token=SOMEBODYS", reply: answer)
        #expect(reply.refusal == nil)
        #expect(!String(decoding: reply.body, as: UTF8.self).contains("REAL-TOKEN"))
    }

    // MARK: Users' logins

    @Test func `on a login a client's key becomes the secret, and no token goes along`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let reply = UpstreamReply.json("{\"session_key\":\"s\",\"openid\":\"o\"}")
        for path in ["/sns/jscode2session", "/sns/oauth2/access_token"] {
            let query = "appid=wx1234567890abcdef&secret=KEY-of-orders&js_code=c"
            #expect(await bench.send("\(path)?\(query)", method: "GET", reply: reply).body == reply.body)
            let sent = bench.harness.calls.last?.request.target
            #expect(sent == "\(path)?appid=wx1234567890abcdef&secret=APPSECRET-of-main&js_code=c")
            _ = await bench.send("\(path)?\(query)&access_token=\(token)", method: "GET", reply: reply)
            #expect(bench.harness.calls.last?.request.target == sent)
        }
        #expect(bench.harness.calls.allSatisfy { !$0.request.target.contains("REAL-TOKEN") })
    }

    @Test func `elsewhere under sns the key stays what it is, and a user's token passes`() async throws {
        let bench = try RelayBench()
        _ = await bench.send("/sns/userinfo?access_token=USERS&openid=o", method: "GET", reply: .ok)
        #expect(bench.harness.calls.last?.request.target == "/sns/userinfo?access_token=USERS&openid=o")
        let token = await bench.token
        _ = await bench.send("/sns/userinfo?access_token=\(token)&openid=o", method: "GET", reply: .ok)
        #expect(bench.harness.calls.last?.request.target == "/sns/userinfo?openid=o")
        let escaped = token.replacing(".", with: "%2E")
        _ = await bench.send("/sns/userinfo?access_token=\(escaped)&openid=o", method: "GET", reply: .ok)
        #expect(bench.harness.calls.last?.request.target == "/sns/userinfo?openid=o")
        _ = await bench.send(
            "/sns/oauth2/refresh_token?appid=wx1234567890abcdef&secret=KEY-of-orders",
            method: "GET",
            reply: .ok
        )
        #expect(bench.harness.calls.last?.request.target.contains("APPSECRET") == false)
    }

    @Test(arguments: [RelayConfiguration.ForeignTokens.pass, .refuse])
    func `what is done with a user's token is no straggler: neither counted nor refused`(
        _ choice: RelayConfiguration.ForeignTokens
    ) async throws {
        var configuration = GatewayHarness.withClient
        configuration.relay.foreignTokens = choice
        let bench = try RelayBench(configuration)
        for target in [
            "/sns/userinfo?access_token=USERS&openid=o", "/sns/auth?access_token=USERS&openid=o", "/sns/auth?openid=o",
            "/sns/brand/new?access_token=USERS",
        ] {
            #expect(await bench.send(target, method: "GET", reply: .ok).refusal == nil)
            #expect(bench.harness.calls.last?.request.target == target)
        }
        #expect(bench.harness.metricsText.contains("weir_relay_foreign_tokens_total 0"))
        let foreign = "/sns/jscode2session?appid=wx0&secret=THEIRS"
        switch choice {
        case .pass: #expect(await bench.send(foreign, method: "GET", reply: .ok).refusal == nil)
        case .refuse: #expect(await bench.send(foreign, method: "GET").refusal == .unknownClient)
        }
        #expect(bench.harness.metricsText.contains("weir_relay_foreign_tokens_total 1"))
    }

    /// As received and as sent, with `<key>` for a client's key and `<secret>` for the AppSecret.
    static let logins: [(String, String)] = [
        ("appid=<id>&secret=<key>&secret=<key>", "appid=<id>&secret=<secret>&secret=<secret>"),
        ("appid=<id>&secret=&secret=<key>", "appid=<id>&secret=&secret=<secret>"),
        ("appid=<id>&secret=<key>&secret=x", "appid=<id>&secret=<secret>&secret=x"),
        ("appid=&appid=<id>&secret=<key>", "appid=&appid=<id>&secret=<secret>"),
        ("appid=wx0&appid=<id>&s%65cret=<key>", "appid=wx0&appid=<id>&s%65cret=<secret>"),
        ("appid=<id>&secret=%4BEY-of-orders&&a=+", "appid=<id>&secret=<secret>&&a=+"),
    ]

    @Test(arguments: logins)
    func `a client's key becomes the secret wherever it stands`(_ received: String, _ sent: String) async throws {
        let bench = try RelayBench()
        let filled = { (text: String) in
            text.replacing("<id>", with: GatewayHarness.appID).replacing("<key>", with: GatewayHarness.key)
                .replacing("<secret>", with: GatewayHarness.secret)
        }
        _ = await bench.send("/sns/jscode2session?" + filled(received), method: "GET", reply: .ok)
        #expect(bench.harness.calls.last?.request.target == "/sns/jscode2session?" + filled(sent))
    }

    @Test(arguments: [
        "appid=wx0&secret=KEY-of-orders", "secret=KEY-of-orders",
        "appid=wx1234567890abcdef&secret=KEY-of-orders&secret=KEY-of-billing",
        "appid=wx1234567890abcdef&secret=KEY-of-billing&secret=KEY-of-orders",
    ])
    func `a client's key never goes to WeChat`(_ query: String) async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["billing"] = ClientConfiguration(keys: ["KEY-of-billing"])
        let bench = try RelayBench(configuration)
        let reply = await bench.send("/sns/oauth2/access_token?\(query)", method: "GET")
        #expect(reply.errcode == 990_006)
        #expect(!reply.text.contains("KEY-of"))
        #expect(bench.harness.calls.isEmpty)
    }

    @Test(arguments: ["getprivacysetting", "setprivacysetting", "uploadprivacyextfile"])
    func `what an account's own token opens is relayed, whatever stands in its path`(_ name: String) async throws {
        let bench = try RelayBench()
        let token = await bench.token
        #expect(await bench.send("/cgi-bin/component/\(name)?access_token=\(token)", reply: .ok).errcode == 0)
    }

    // MARK: One permission, both ways in

    @Test(arguments: [
        ("{\"filter\":{\"is_to_all\":true}", "/cgi-bin/message/mass/sendall"),
        ("{\"touser\":[\"a\",\"b\"]", "/cgi-bin/message/mass/send"),
    ])
    func `a mass message needs the leave that the relay needs`(_ start: String, _ path: String) async throws {
        let body = Array(
            "{\"type\":\"mass\",\"message\":\(start),\"msgtype\":\"text\",\"text\":{\"content\":\"hi\"}}}".utf8
        )
        let orders = Caller(name: "orders")
        for apis in [[], ["/cgi-bin/message/mass/sendall"], ["/cgi-bin/message/mass/send"]] {
            var configuration = GatewayHarness.withClient
            configuration.clients["orders"]?.apis = apis
            let harness = try GatewayHarness(configuration, journal: MemoryJournal())
            let isAllowed = apis.contains(path)
            do throws(MessageRefusal) {
                _ = try await harness.messages.accept(body, idempotencyKey: nil, caller: orders, traceparent: "t")
                #expect(isAllowed)
            } catch {
                #expect(!isAllowed)
                #expect(error.reason == .forbidden)
                #expect(error.message.contains("clients.orders.apis"))
                #expect(error.message.contains(path))
            }
            let bench = try RelayBench(configuration)
            let target = "\(path)?access_token=\(await bench.token)"
            let reply = isAllowed ? await bench.send(target, reply: .ok) : await bench.send(target)
            #expect(reply.errcode == (isAllowed ? 0 : 990_011))
        }
    }

    @Test func `a user's bad token is the user's affair`() async throws {
        let bench = try RelayBench()
        let reply = await bench.send("/sns/userinfo?access_token=USERS&openid=o", method: "GET", reply: .errcode(40001))
        #expect(reply.errcode == 40001)
        #expect(bench.harness.transport.sent.filter(\.isTokenRequest).count == 1)
    }

    // MARK: Rates

    @Test func `a client over its rate is told when to come back`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.rate = RateLimit(permits: 1, per: .seconds(30), burst: 2)
        let bench = try RelayBench(configuration)
        let token = await bench.token
        for _ in 0..<2 { #expect(await bench.send("\(Path.menu)?access_token=\(token)", reply: .ok).errcode == 0) }
        let reply = await bench.send("\(Path.menu)?access_token=\(token)")
        #expect(reply.errcode == 990_001)
        #expect(reply.header("Retry-After") == "30")
        #expect(reply.errmsg?.hasSuffix(" rid: \(RequestTrace.testID)") == true)
        bench.harness.advance(.seconds(30))
        #expect(await bench.send("\(Path.menu)?access_token=\(token)", reply: .ok).errcode == 0)
    }

    @Test func `a priority above the client's own is lowered`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.maxPriority = .high
        configuration.clients["orders"]?.priority = .low
        let directory = ClientDirectory(configuration, slots: [:])
        let orders = Caller(name: "orders")
        #expect(directory.priority(.urgent, caller: orders) == .high)
        #expect(directory.priority(.normal, caller: orders) == .normal)
        #expect(directory.priority(nil, caller: orders) == .low)
        #expect(directory.priority(nil, caller: Caller(name: "")) == .normal)
        #expect(directory.priority(.urgent, caller: Caller(name: "")) == .urgent)
    }
}
