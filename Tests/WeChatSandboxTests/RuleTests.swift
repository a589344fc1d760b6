import Testing

@testable import WeChatSandbox

@Suite struct RuleTests {
    @Test(arguments: [
        ("GET", "/cgi-bin/message/template/send?access_token=TOKEN", 43002),
        ("POST", "/cgi-bin/user/info?access_token=TOKEN&openid=o1", 43001),
        ("POST", "/cgi-bin/message/template/send", 41001),
        ("POST", "/cgi-bin/message/template/send?access_token=", 41001),
        ("POST", "/cgi-bin/message/template/send?access_token=short", 40014),
        ("POST", "/cgi-bin/nothing?access_token=TOKEN", 40066),
        ("GET", "/cgi-bin/user/info?access_token=TOKEN&openid=bad", 40003),
        ("GET", "/cgi-bin/media/get?access_token=TOKEN", 41006),
        ("GET", "/cgi-bin/media/get?access_token=TOKEN&media_id=bad", 40007),
        ("POST", "/cgi-bin/media/upload?access_token=TOKEN&type=image", 41005),
        ("POST", "/cgi-bin/media/upload?access_token=TOKEN&type=x", 40004),
    ])
    func `a call that breaks a rule has that rule's errcode`(method: String, target: String, errcode: Int) async throws
    {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let answer = try await client.call(
                method,
                target.replacing("TOKEN", with: token),
                method == "POST" ? "{}" : nil
            )
            #expect(answer.status == 200)
            #expect(answer.errcode == errcode)
        }
    }

    @Test func `an unknown token of the right form is 40001`() async throws {
        try await withSandbox { client in
            let token = "98_" + String(repeating: "a", count: 130)
            let errcode = try await client.errcode(of: token)
            #expect(errcode == 40001)
        }
    }

    @Test func `a chunked body is 412 with nothing in it`() async throws {
        try await withSandbox { client in
            var peer = try await RawConnection.open(client.port)
            try await peer.send(
                "POST /cgi-bin/stable_token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            )
            let answer = await peer.answer()
            #expect(answer.status == 412)
            #expect(answer.body == "")
        }
    }

    @Test(arguments: [
        ("GET", "/cgi-bin/template/get_industry"), ("POST", "/cgi-bin/template/get_industry"),
        ("POST", "/cgi-bin/template/get_all_private_template"), ("GET", "/cgi-bin/get_api_domain_ip"),
        ("GET", "/cgi-bin/getcallbackip"),
    ])
    func `some successes have no errcode`(method: String, path: String) async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let answer = try await client.call(method, "\(path)?access_token=\(token)", method == "POST" ? "" : nil)
            #expect(answer.status == 200)
            #expect(answer.json != nil)
            #expect(answer.errcode == nil)
        }
    }

    @Test func `media are bytes`() async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let uploaded = try await client.call(
                "POST",
                "/cgi-bin/media/upload?type=image&access_token=\(token)",
                "--x\r\n\r\nabc\r\n--x--",
                headers: "Content-Type: multipart/form-data; boundary=x\r\n"
            )
            let id = try #require(uploaded.json?["media_id"]?.text)
            let media = try await client.call("GET", "/cgi-bin/media/get?access_token=\(token)&media_id=\(id)")
            #expect(media.header("content-type") == "image/jpeg")
            #expect(media.json == nil)
            #expect(media.body.contains(id))
        }
    }

    @Test func `the daily quota ends at midnight in Shanghai`() async throws {
        try await withSandbox { client in
            let config = #"{"daily":{"/cgi-bin/message/template/send":2}}"#
            #expect(try await client.call("POST", "/_sandbox/config", config).status == 200)
            let token = try await client.stableToken().value
            let codes = [0, 0, 45009]
            for code in codes { #expect(try await client.send(SandboxClient.template(), token: token).errcode == code) }
            let other = try await client.stableToken("wx2").value
            #expect(try await client.send(SandboxClient.template(), token: other).errcode == 0)
            let body = #"{"cgi_path":"/cgi-bin/message/template/send"}"#
            let quota = try await client.send(body, token: token, path: "/cgi-bin/openapi/quota/get").json?["quota"]
            #expect(quota == JSON(Array(#"{"daily_limit":2,"used":2,"remain":0}"#.utf8)))
            client.clock.advance(seconds: 12 * 3600 - 1)
            let evening = try await client.stableToken().value
            #expect(try await client.send(SandboxClient.template(), token: evening).errcode == 45009)
            client.clock.advance(seconds: 1)
            #expect(try await client.send(SandboxClient.template(), token: evening).errcode == 0)
        }
    }

    @Test func `the minute quota ends with the clock's minute`() async throws {
        var configuration = SandboxConfiguration()
        configuration.minuteQuotas = ["*": 1]
        try await withSandbox(configuration) { client in
            client.clock.advance(seconds: 30)
            let token = try await client.stableToken().value
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == 0)
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == 45011)
            client.clock.advance(seconds: 29)
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == 45011)
            client.clock.advance(seconds: 1)
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == 0)
        }
    }

    @Test(arguments: [("/sns/jscode2session", 76022), ("/cgi-bin/none", 76021), ("cgi-bin/token", 76003)])
    func `quota_get knows which paths it may speak of`(path: String, errcode: Int) async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let body = "{\"cgi_path\":\"\(path)\"}"
            #expect(try await client.send(body, token: token, path: "/cgi-bin/openapi/quota/get").errcode == errcode)
        }
    }

    @Test func `clear_quota frees every API, ten times`() async throws {
        var configuration = SandboxConfiguration()
        configuration.dailyQuotas = [SandboxClient.templatePath: 1]
        try await withSandbox(configuration) { client in
            let token = try await client.stableToken().value
            #expect(
                try await client.send(#"{"appid":"wx2"}"#, token: token, path: "/cgi-bin/clear_quota").errcode == 40013
            )
            for _ in 1...10 {
                #expect(try await client.send(SandboxClient.template(), token: token).errcode == 0)
                #expect(try await client.send(SandboxClient.template(), token: token).errcode == 45009)
                #expect(
                    try await client.send(#"{"appid":"wx1"}"#, token: token, path: "/cgi-bin/clear_quota").errcode == 0
                )
            }
            #expect(
                try await client.send(#"{"appid":"wx1"}"#, token: token, path: "/cgi-bin/clear_quota").errcode == 48006
            )
        }
    }

    @Test func `counts are kept for ten thousand apps and paths at most`() {
        var book = QuotaBook()
        for index in 0..<QuotaBook.capacity * 2 {
            _ = book.take(.init(appID: "\(index)", path: "/"), .init(daily: 1), at: 0)
            #expect(book.counts.count <= QuotaBook.capacity)
        }
    }
}
