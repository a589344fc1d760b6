import Testing
import Weir
import WeirConfiguration

@Suite struct CallbackTests {
    private static let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    private static let oldKey = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"

    private static func file(_ callback: String, server: String = "{callback: \"127.0.0.1:0\"}") -> String {
        "server: \(server)\napps:\n  main:\n    appid: wx1\n    secret: s\n    callback: \(callback)\n"
    }

    @Test func `a callback is read with its keys, its mode and the time of its receipts`() throws {
        let text = Self.file(
            "{path: /wechat/main, token: Token1, aes_key: [\(Self.key), \(Self.oldKey)], mode: compatible}"
        )
        let read = Reading.read(text + "    receipts: {missing_after: 90s}\n")
        let app = try #require(read.configuration?.apps["main"], "\(read.problems)")
        #expect(app.callback?.path == "/wechat/main" && app.callback?.token == "Token1")
        #expect(app.callback?.aesKeys == [Self.key, Self.oldKey] && app.callback?.mode == .compatible)
        #expect(app.receipts.missingAfter == .seconds(90))
        #expect(read.warnings.isEmpty)
    }

    @Test func `safe mode and an hour are the defaults, and a single key needs no list`() throws {
        let read = Reading.read(Self.file("{path: /m, token: abc, aes_key: \(Self.key)}"))
        let app = try #require(read.configuration?.apps["main"], "\(read.problems)")
        #expect(app.callback?.mode == .safe && app.callback?.aesKeys == [Self.key])
        #expect(app.receipts.missingAfter == .seconds(3600))
    }

    @Test(arguments: [
        ("{token: abc, mode: plain}", "apps.main.callback: needs path"),
        ("{path: /m, mode: plain}", "apps.main.callback: needs token"),
        ("{path: /m, token: abc}", "apps.main.callback: mode safe needs aes_key"),
        ("{path: m, token: abc, mode: plain}", "apps.main.callback.path: not the path of an address"),
        ("{path: \"/m?x\", token: abc, mode: plain}", "apps.main.callback.path: not the path of an address"),
        ("{path: /m, token: ab, mode: plain}", "apps.main.callback.token: not a Token"),
        ("{path: /m, token: a-b-c, mode: plain}", "apps.main.callback.token: not a Token"),
        ("{path: /m, token: abc, aes_key: short}", "apps.main.callback.aes_key: not an EncodingAESKey"),
        ("{path: /m, token: abc, aes_key: []}", "apps.main.callback.aes_key: names no key"),
        ("{path: /m, token: abc, aes_key: [\(key), \(key)]}", "apps.main.callback.aes_key: the same key again"),
        ("{path: /m, token: abc, mode: open}", "apps.main.callback.mode: "),
        (
            "{path: /m, token: abc, mode: plain}\n    receipts: {missing_after: 0s}",
            "apps.main.receipts.missing_after: "
        ),
    ])
    func `what is wrong with it is named`(_ callback: String, _ problem: String) {
        let problems = Reading.read(Self.file(callback)).problems.map(\.message)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
        #expect(!problems.joined().contains(Self.key))
    }

    @Test func `two apps can't have one path, and a callback needs its listener`() {
        let app = "callback: {path: /m, token: abc, mode: plain}"
        let both = "apps:\n  a: {appid: wx1, secret: s, \(app)}\n  b: {appid: wx2, secret: t, \(app)}\n"
        let problems = Reading.read("server: {callback: \"127.0.0.1:0\"}\n" + both).problems.map(\.message)
        #expect(problems == ["apps.b.callback.path: the same as apps.a's"])
        let without = Reading.read(Self.file("{path: /m, token: abc, mode: plain}", server: "{}")).problems.map(
            \.message
        )
        #expect(without == ["apps.main.callback: needs server.callback, the listener that WeChat reaches"])
        let idle = Reading.read("server: {callback: \"127.0.0.1:0\"}\napps: {a: {appid: wx1, secret: s}}\n")
        #expect(idle.warnings.map(\.message) == ["server.callback: no app has a callback: nothing is served there"])
        let port = Reading.read(
            Self.file("{path: /m, token: abc, mode: plain}", server: "{callback: \"127.0.0.1:8081\"}")
        )
        #expect(
            port.problems.map(\.message) == ["server.callback: admin and callback would listen on the same port 8081"]
        )
    }
}
