import Testing

@testable import WeChatSandbox

@Suite struct TokenTests {
    @Test func `a new normal token supersedes the old one, which works for five minutes more`() async throws {
        try await withSandbox { client in
            let first = try await client.normalToken()
            #expect(first.expiresIn == 7200)
            #expect(first.value.utf8.count > 100)
            let second = try await client.normalToken()
            #expect(first.value != second.value)
            #expect(try await client.errcode(of: first.value) == 0)
            client.clock.advance(seconds: 299)
            #expect(try await client.errcode(of: first.value) == 0)
            client.clock.advance(seconds: 1)
            #expect(try await client.errcode(of: first.value) == 40001)
            #expect(try await client.errcode(of: second.value) == 0)
        }
    }

    @Test func `without overlap the old normal token dies at once`() async throws {
        var configuration = SandboxConfiguration()
        configuration.tokenOverlap = 0
        try await withSandbox(configuration) { client in
            let first = try await client.normalToken()
            _ = try await client.normalToken()
            #expect(try await client.errcode(of: first.value) == 40001)
        }
    }

    @Test func `the stable token stays the same until its last five minutes, then both work`() async throws {
        try await withSandbox { client in
            let first = try await client.stableToken()
            client.clock.advance(seconds: 6000)
            let again = try await client.stableToken()
            #expect(again.value == first.value)
            #expect(again.expiresIn == 1200)
            client.clock.advance(seconds: 900)
            let next = try await client.stableToken()
            #expect(next.value != first.value)
            #expect(next.expiresIn == 7200)
            client.clock.advance(seconds: 299)
            #expect(try await client.errcode(of: first.value) == 0)
            #expect(try await client.errcode(of: next.value) == 0)
            client.clock.advance(seconds: 1)
            #expect(try await client.errcode(of: first.value) == 42001)
            #expect(try await client.stableToken().value == next.value)
        }
    }

    @Test func `the two endpoints leave each other's tokens alone`() async throws {
        try await withSandbox { client in
            let stable = try await client.stableToken()
            let normal = try await client.normalToken()
            _ = try await client.normalToken()
            _ = try await client.stableToken(force: true)
            client.clock.advance(seconds: 299)
            #expect(try await client.errcode(of: normal.value) == 0)
            #expect(try await client.errcode(of: stable.value) == 40001)
        }
    }

    @Test func `a forced refresh kills at once, not twice in thirty seconds, and twenty times a day`() async throws {
        try await withSandbox { client in
            var current = try await client.stableToken(force: true)
            #expect(try await client.stableToken(force: true).value == current.value)
            for _ in 2...20 {
                client.clock.advance(seconds: 30)
                let next = try await client.stableToken(force: true)
                #expect(next.value != current.value)
                #expect(try await client.errcode(of: current.value) == 40001)
                current = next
            }
            client.clock.advance(seconds: 30)
            let refused = try await client.call(
                "POST",
                "/cgi-bin/stable_token",
                SandboxClient.stableBody("wx1", force: true)
            )
            #expect(refused.errcode == 45009)
            #expect(try await client.stableToken().value == current.value)
        }
    }

    @Test func `a rival kills the stable token, a revocation every token of the app`() async throws {
        try await withSandbox { client in
            let stable = try await client.stableToken()
            let normal = try await client.normalToken()
            let other = try await client.stableToken("wx2")
            #expect(try await client.call("POST", "/_sandbox/rival", "{\"appid\":\"wx1\"}").status == 200)
            #expect(try await client.errcode(of: stable.value) == 40001)
            #expect(try await client.errcode(of: normal.value) == 0)
            let renewed = try await client.stableToken()
            #expect(try await client.errcode(of: renewed.value) == 0)
            #expect(try await client.call("POST", "/_sandbox/revoke", "{\"appid\":\"wx1\"}").status == 200)
            #expect(try await client.errcode(of: renewed.value) == 40001)
            #expect(try await client.errcode(of: normal.value) == 40001)
            #expect(try await client.errcode(of: other.value) == 0)
            let last = try await client.stableToken()
            #expect(try await client.errcode(of: last.value) == 0)
        }
    }

    @Test func `a secret that is reset leaves neither the old one nor a token of the account alive`() async throws {
        try await withSandbox { client in
            let (old, other) = (try await client.stableToken(), try await client.stableToken("wx2"))
            let answer = try await client.call("POST", "/_sandbox/secret", "{\"appid\":\"wx1\",\"secret\":\"new\"}")
            #expect(answer.status == 200)
            #expect(try await client.errcode(of: old.value) == 40001)
            #expect(try await client.errcode(of: other.value) == 0)
            let token = "/cgi-bin/token?grant_type=client_credential&appid=wx1&secret="
            #expect(try await client.call("GET", token + "s").json?["errcode"] == .integer(40001))
            #expect(try await client.call("GET", token + "new").json?["access_token"]?.text != nil)
        }
    }

    @Test(arguments: [
        ("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=wrong", 40001),
        ("/cgi-bin/token?grant_type=client_credential&appid=wx9&secret=s", 40013),
        ("/cgi-bin/token?grant_type=x&appid=wx1&secret=s", 40002),
        ("/cgi-bin/token?grant_type=client_credential&secret=s", 41002),
        ("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=", 41004),
        ("/cgi-bin/stable_token?grant_type=client_credential&appid=wx1&secret=s", 43002),
        ("/sns/jscode2session?grant_type=authorization_code&appid=wx1&secret=wrong&js_code=c", 40125),
        ("/sns/jscode2session?grant_type=authorization_code&appid=wx1&secret=s", 41008),
        ("/sns/jscode2session?grant_type=authorization_code&appid=wx1&secret=s&js_code=bad", 40029),
    ])
    func `a wrong credential has its own errcode`(target: String, errcode: Int) async throws {
        try await withSandbox(Self.closed) { client in
            let answer = try await client.call("GET", target)
            #expect(answer.status == 200)
            #expect(answer.errcode == errcode)
        }
    }

    @Test(arguments: [
        (#"{"grant_type":"client_credential","appid":"wx1","secret":"wrong"}"#, 40125),
        (#"{"grant_type":"client_credential","appid":"wx9","secret":"s"}"#, 40013),
        (#"{"grant_type":"client_credential","secret":"s"}"#, 41002),
        (#"{"grant_type":"client_credential","appid":"wx1"}"#, 41004),
        (#"{"appid":"wx1","secret":"s"}"#, 40002),
        ("", 47001),
    ])
    func `so it has on stable_token`(body: String, errcode: Int) async throws {
        try await withSandbox(Self.closed) { client in
            let answer = try await client.call("POST", "/cgi-bin/stable_token", body)
            #expect(answer.errcode == errcode)
        }
    }

    @Test func `login codes become sessions, in JSON that calls itself text`() async throws {
        try await withSandbox { client in
            let query = "appid=wx1&secret=s&grant_type=authorization_code"
            let mini = try await client.call("GET", "/sns/jscode2session?js_code=abc&\(query)")
            #expect(mini.json?["openid"]?.text == "o-abc")
            #expect(mini.header("content-type") == "text/plain")
            let web = try await client.call("GET", "/sns/oauth2/access_token?code=a%20b&\(query)")
            #expect(web.json?["openid"]?.text == "o-a b")
        }
    }

    @Test func `a shortened life is kept to`() async throws {
        try await withSandbox { client in
            #expect(try await client.call("POST", "/_sandbox/config", "{\"token_lifetime\":10}").status == 200)
            let first = try await client.stableToken()
            #expect(first.expiresIn == 10)
            client.clock.advance(seconds: 4)
            #expect(try await client.stableToken().value == first.value)
            client.clock.advance(seconds: 1)
            #expect(try await client.stableToken().value != first.value)
            client.clock.advance(seconds: 5)
            #expect(try await client.errcode(of: first.value) == 42001)
        }
    }

    @Test func `the book keeps ten thousand tokens at most`() {
        var book = TokenBook()
        var generator = SplitMix(seed: 1)
        let rules = SandboxConfiguration()
        var last = ""
        for index in 0..<TokenBook.capacity + 10 {
            last = book.issueNormal("wx\(index)", rules: rules, at: Int64(index), using: &generator)
            #expect(book.count <= TokenBook.capacity)
        }
        #expect(book.check(last, at: 20_000) == .valid(appID: "wx\(TokenBook.capacity + 9)"))
    }

    private static var closed: SandboxConfiguration {
        var configuration = SandboxConfiguration()
        configuration.apps = ["wx1": "s"]
        configuration.acceptsAnyApp = false
        return configuration
    }
}
