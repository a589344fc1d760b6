import Testing

@testable import WeChatSandbox

/// WeCom's app messages as the sandbox has them.
@Suite struct CompanyTests {
    private static let path = "/cgi-bin/message/send"

    private func token(_ client: SandboxClient, secret: String = "s") async throws -> (value: String, errcode: Int) {
        let answer = try await client.call("GET", "/cgi-bin/gettoken?corpid=ww1&corpsecret=\(secret)")
        return (answer.json?["access_token"]?.text ?? "", answer.errcode ?? -1)
    }

    private func body(_ users: String = "zhang", content: String = "x", checked: Bool = true) -> String {
        let check = checked ? #","enable_duplicate_check":1"# : ""
        return #"{"touser":"\#(users)","agentid":1,"msgtype":"text","text":{"content":"\#(content)"}\#(check)}"#
    }

    @Test func `a company's token is the same up to its end, and no other account's`() async throws {
        try await withSandbox { client in
            let first = try await token(client)
            #expect(first.errcode == 0 && first.value.utf8.count > 100)
            client.clock.advance(seconds: 7199)
            #expect(try await token(client).value == first.value)
            #expect(try await client.send(body(), token: first.value, path: Self.path).errcode == 0)
            // Of WeChat's paths it is no token, nor is theirs one here.
            #expect(try await client.errcode(of: first.value) == 40014)
            let wechat = try await client.stableToken().value
            #expect(try await client.send(body(), token: wechat, path: Self.path).errcode == 40014)
            client.clock.advance(seconds: 1)
            #expect(try await client.send(body(), token: first.value, path: Self.path).errcode == 42001)
            let next = try await token(client)
            #expect(next.value != first.value)
            _ = try await client.call("POST", "/_sandbox/revoke", "{\"appid\":\"ww1\"}")
            #expect(try await client.send(body(), token: next.value, path: Self.path).errcode == 40014)
        }
    }

    @Test func `a listed company needs its own secret`() async throws {
        var configuration = SandboxConfiguration()
        (configuration.apps, configuration.acceptsAnyApp) = (["ww1": "right"], false)
        try await withSandbox(configuration) { client in
            let (wrong, right) = (try await token(client).errcode, try await token(client, secret: "right").errcode)
            #expect(wrong == 40001 && right == 0)
            let stranger = try await client.call("GET", "/cgi-bin/gettoken?corpid=ww2&corpsecret=x")
            let nobody = try await client.call("GET", "/cgi-bin/gettoken?corpid=ww1")
            #expect(stranger.errcode == 40013 && nobody.errcode == 41004)
        }
    }

    @Test func `the same request shows once in half an hour where its duplicates are checked`() async throws {
        try await withSandbox { client in
            let token = try await token(client).value
            let first = try await client.send(body("zhang|li"), token: token, path: Self.path)
            client.clock.advance(seconds: 1799)
            #expect(try await client.send(body("zhang|li"), token: token, path: Self.path).body == first.body)
            #expect(try await client.shown() == ["zhang": 1, "li": 1])
            client.clock.advance(seconds: 1)
            _ = try await client.send(body("zhang|li"), token: token, path: Self.path)
            #expect(try await client.shown() == ["zhang": 2, "li": 2])
            for _ in 0..<2 { _ = try await client.send(body("wang", checked: false), token: token, path: Self.path) }
            #expect(try await client.shown()["wang"] == 2)
        }
    }

    @Test func `whom nobody knows is told, and a message for nobody else is refused`() async throws {
        try await withSandbox { client in
            let token = try await token(client).value
            let some = try await client.send(body("zhang|bad1|bad2"), token: token, path: Self.path)
            #expect(some.errcode == 0 && some.json?["invaliduser"]?.text == "bad1|bad2")
            let none = try await client.send(body("bad1"), token: token, path: Self.path)
            #expect(none.errcode == 81013)
            #expect(try await client.shown() == ["zhang": 1])
            let long = body(content: String(repeating: "x", count: 2049))
            #expect(try await client.send(long, token: token, path: Self.path).errcode == 45002)
            #expect(try await client.send("{}", token: token, path: Self.path).errcode == 40056)
        }
    }
}
