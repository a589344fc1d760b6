import TestSupport
import Testing
import Timekeeping
import WeChat
import WireJSON

@testable import Clients
@testable import Dispatching
@testable import Relaying
@testable import Weir

/// Virtual tokens: who gets one, what they look like, and what goes out in their place.
@Suite struct RelayTokenTests {
    @Test func `a client's key buys a virtual token of the known form`() async throws {
        let bench = try RelayBench()
        let reply = await bench.send(
            "/cgi-bin/token?grant_type=client_credential&appid=wx1234567890abcdef&secret=KEY-of-orders",
            method: "GET"
        )
        let token = try #require(try JSONObjectView(reply.body).string("access_token"))
        #expect(token.hasPrefix("weir1.main.orders."))
        #expect(token.utf8.count <= 512)
        #expect(
            token.utf8.allSatisfy {
                48...57 ~= $0 || 65...90 ~= $0 || 97...122 ~= $0 || [45, 46, 95, 126].contains($0)
            }
        )
        #expect(try JSONObjectView(reply.body).value("expires_in")?.lenientInteger == 7200)
        #expect(reply.status == 200)
        #expect(reply.header("content-type")?.hasPrefix("application/json") == true)
        #expect(bench.harness.calls.isEmpty)
    }

    @Test func `stable_token brings the same one, which needs no store`() async throws {
        let bench = try RelayBench()
        let body =
            "{\"grant_type\":\"client_credential\",\"appid\":\"wx1234567890abcdef\",\"secret\":\"KEY-of-orders\",\"force_refresh\":true}"
        let reply = await bench.send("/cgi-bin/stable_token", body: body)
        let token = try JSONObjectView(reply.body).string("access_token")
        #expect(token == (await bench.token))
        let another = try RelayBench()
        #expect(token == (await another.token))
        #expect(bench.harness.calls.isEmpty)
    }

    @Test(arguments: [
        "appid=wx1234567890abcdef&secret=wrong", "appid=wx0&secret=KEY-of-orders", "appid=wx1234567890abcdef",
        "secret=KEY-of-orders",
        "", "appid=wx1234567890abcdef&secret=APPSECRET-of-main", "appid=wx1234567890abcdef&secret=",
    ])
    func `a wrong secret, app or form is told from WeChat's own errors`(_ query: String) async throws {
        let bench = try RelayBench()
        let reply = await bench.send("/cgi-bin/token?" + query, method: "GET")
        #expect(reply.errcode == 990_006)
        #expect(reply.status == 200)
        #expect(!reply.text.contains("APPSECRET"))
        #expect(!reply.text.contains("KEY-of"))
    }

    @Test func `without clients the app's own secret is taken, and beside clients where it is allowed`() async throws {
        let open = try RelayBench(GatewayHarness.configuration)
        let token = await open.fetchToken(secret: GatewayHarness.secret)
        #expect(token?.hasPrefix("weir1.main.-.") == true)
        var configuration = GatewayHarness.withClient
        configuration.apps["main"]?.acceptAppSecret = true
        let both = try RelayBench(configuration)
        #expect(await both.fetchToken(secret: GatewayHarness.secret) == token)
        #expect(await both.token.hasPrefix("weir1.main.orders."))
    }

    @Test func `a token dies with its key and lives with the older of two`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.keys = ["NEW", GatewayHarness.key]
        bench.harness.gateway.reload(configuration)
        #expect(await bench.send("\(Path.menu)?access_token=\(token)", reply: .ok).errcode == 0)
        configuration.clients["orders"]?.keys = ["NEW"]
        bench.harness.gateway.reload(configuration)
        #expect(await bench.send("\(Path.menu)?access_token=\(token)").errcode == 990_006)
        #expect(await bench.fetchToken(secret: "NEW") != nil)
    }

    @Test func `a client sees only its apps`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.apps = []
        let bench = try RelayBench(configuration)
        #expect(await bench.fetchToken(secret: GatewayHarness.key) == nil)
    }

    @Test(arguments: [
        ("?access_token=TOKEN", "?access_token=REAL-TOKEN-1"),
        ("?a=1&access_token=TOKEN&b=2", "?a=1&access_token=REAL-TOKEN-1&b=2"),
        ("?type=image&access_token=TOKEN", "?type=image&access_token=REAL-TOKEN-1"),
        ("?access_token=&access_token=TOKEN", "?access_token=&access_token=REAL-TOKEN-1"),
        ("?access_token=NONE&a&access_token=TOKEN", "?access_token=NONE&a&access_token=REAL-TOKEN-1"),
        ("?access_token=SOMEBODYS&access_token=TOKEN", "?access_token=SOMEBODYS&access_token=REAL-TOKEN-1"),
        ("?access_token=TOKEN&access_token=SOMEBODYS", "?access_token=REAL-TOKEN-1&access_token=SOMEBODYS"),
        ("?access_token=TOKEN&a=1&access_token=TOKEN", "?access_token=REAL-TOKEN-1&a=1"),
        ("?access%5Ftoken=TOKEN&&b=+;", "?access%5Ftoken=REAL-TOKEN-1&&b=+;"),
        ("?n=订&access_token=TOKEN", "?n=%E8%AE%A2&access_token=REAL-TOKEN-1"),
    ])
    func `the virtual token is swapped wherever it stands`(_ query: String, _ sent: String) async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let target = "/cgi-bin//menu/get" + query.replacing("TOKEN", with: token)
        let reply = await bench.send(target, reply: .ok)
        #expect(reply.errcode == 0)
        #expect(bench.harness.calls.last?.request.target == "/cgi-bin/menu/get" + sent)
    }

    @Test(arguments: [
        "?access_token=T&access_token=weir1.main.orders.AAAA", "?access_token=weir1.main.orders.AAAA&access_token=T",
        "?access_token=T&access_token=U", "?Access_Token=T", "?token=T", "?access_token=SOMEBODYS&x=T",
        "?access_token=T&url=http%3A%2F%2Fweir%2Fcgi-bin%2Fmedia%2Fget%3Faccess_token%3DT",
    ])
    func `a token of Weir's that can't be swapped never goes to WeChat`(_ query: String) async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["billing"] = ClientConfiguration(keys: ["KEY-of-billing"])
        let bench = try RelayBench(configuration)
        let (token, other) = (await bench.token, await bench.fetchToken(secret: "KEY-of-billing") ?? "")
        let filled = query.replacing("=T", with: "=" + token).replacing("DT", with: "D" + token)
            .replacing("=U", with: "=" + other)
        let reply = await bench.send(Path.menu + filled)
        #expect(reply.errcode == 990_006 || reply.errcode == 990_011)
        #expect(!reply.text.contains(token))
        #expect(bench.harness.calls.isEmpty)
    }

    @Test func `a call with several tokens concerns its caller alone`() throws {
        let bench = try RelayBench()
        let token = VirtualToken.make(
            app: "main",
            appID: GatewayHarness.appID,
            client: "orders",
            key: GatewayHarness.key
        )
        for (query, concernsApp) in [
            ("access_token=\(token)", true), ("access%5Ftoken=\(token)", true),
            ("access_token=&access_token=\(token)", false), ("access_token=\(token)&access_token", false),
            ("access_token=\(token)&access_token=\(token)", false),
        ] {
            let request = RelayRequest(method: "GET", target: "\(Path.menu)?\(query)", trace: .test())
            guard case .granted(let passage) = bench.harness.relay.authorise(try bench.inquiry(request)) else {
                Issue.record("refused: \(query)")
                continue
            }
            #expect(passage.concernsApp == concernsApp, "\(query)")
            #expect(passage.path == Path.menu)
        }
    }

    @Test(arguments: [
        "appid=&appid=wx1234567890abcdef&secret=KEY-of-orders",
        "appid=wx1234567890abcdef&secret=SECRET&secret=KEY-of-orders",
        "appid=wx1234567890abcdef&appid=wx0&secret=KEY-of-orders&secret=",
    ])
    func `credentials may stand twice, one a placeholder`(_ query: String) async throws {
        let bench = try RelayBench()
        let reply = await bench.send("/cgi-bin/token?" + query, method: "GET")
        #expect(try JSONObjectView(reply.body).string("access_token") == (await bench.token))
    }

    @Test func `a virtual token in escapes is swapped too, and an altered one refused`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let escaped = token.replacing(".", with: "%2E")
        #expect(await bench.send("\(Path.menu)?access_token=\(escaped)", reply: .ok).errcode == 0)
        #expect(bench.harness.calls.last?.request.target == "\(Path.menu)?access_token=REAL-TOKEN-1")
        #expect(await bench.send("\(Path.menu)?access_token=\(token)x").errcode == 990_006)
        #expect(await bench.send("\(Path.menu)?access_token=weir1.main.orders.AAAA").errcode == 990_006)
        #expect(await bench.send("\(Path.menu)").errcode == 990_006)
        #expect(bench.harness.calls.count == 1)
    }
}
