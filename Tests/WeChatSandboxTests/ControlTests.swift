import Testing

@testable import WeChatSandbox

@Suite struct ControlTests {
    @Test func `every API request is on record`() async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            _ = try await client.send(SandboxClient.template(id: "m1"), token: token)
            _ = try await client.send(SandboxClient.template(id: "m2"), token: "short")
            _ = try await client.call("POST", "/_sandbox/faults", #"{"kind":"reset_after_accept"}"#)
            _ = try await client.send(SandboxClient.template(id: "m3"), token: token)
            let records = try await client.call("GET", "/_sandbox/requests").json?["requests"]?.elements ?? []
            #expect(
                records.map { $0["path"]?.text } == ["/cgi-bin/stable_token"]
                    + Array(repeating: SandboxClient.templatePath, count: 3)
            )
            #expect(records.map { $0["errcode"] } == [.null, .integer(0), .integer(40014), .null])
            #expect(records.map { $0["token_valid"] } == [.null, .integer(1), .integer(0), .integer(1)])
            #expect(records.map { $0["client_msg_id"]?.text } == [nil, "m1", "m2", "m3"])
            #expect(records.map { $0["fault"]?.int } == [nil, nil, nil, 1])
            #expect(records.allSatisfy { $0["at_us"]?.int == Int(client.clock.read()) })
        }
    }

    @Test func `logs keep their newest and go on counting`() {
        var log = BoundedLog<Int>(capacity: 3)
        for value in 0..<10 { log.append(value) }
        #expect(log.first == 7)
        #expect(log.total == 10)
        #expect(log.entries(since: 0).map(\.number) == [7, 8, 9])
        #expect(log.entries(since: 8).map(\.element) == [8, 9])
        #expect(log.entries(since: 8, limit: 1).map(\.element) == [8])
        #expect(log.entries(since: 99).isEmpty)
    }

    @Test func `a reset forgets everything but the configuration of the start`() async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            _ = try await client.send(SandboxClient.template(), token: token)
            _ = try await client.call("POST", "/_sandbox/config", #"{"token_lifetime":10,"daily":{"*":0}}"#)
            _ = try await client.call("POST", "/_sandbox/faults", #"{"kind":"reset"}"#)
            #expect(try await client.call("DELETE", "/_sandbox").status == 200)
            #expect(try await client.shown() == [:])
            #expect(try await client.errcode(of: token) == 40001)
            #expect(try await client.stableToken().expiresIn == 7200)
            let state = try await client.call("GET", "/_sandbox/state")
            #expect(state.json?["faults"] == .integer(0))
            #expect(state.json?["tokens"] == .integer(1))
            #expect(state.json?["quotas"]?.elements?.count == 1)
        }
    }

    @Test(arguments: [
        ("POST", "/_sandbox/rival", "{}"), ("POST", "/_sandbox/revoke", ""), ("POST", "/_sandbox/config", "[]"),
        ("POST", "/_sandbox/secret", #"{"appid":"wx1"}"#), ("POST", "/_sandbox/secret", #"{"secret":"s"}"#),
        ("POST", "/_sandbox/config", #"{"token_life":1}"#), ("POST", "/_sandbox/config", #"{"token_lifetime":0}"#),
        ("POST", "/_sandbox/config", #"{"token_overlap":301}"#), ("POST", "/_sandbox/config", #"{"daily":{"/x":1}}"#),
        ("POST", "/_sandbox/config", #"{"minute":{"*":"many"}}"#), ("POST", "/_sandbox/config", #"{"templates":[1]}"#),
        ("GET", "/_sandbox/deliveries?since=x", ""), ("GET", "/_sandbox/requests?since=-1", ""),
        ("GET", "/_sandbox/none", ""), ("POST", "/_sandbox/callback", "{}"),
        ("POST", "/_sandbox/callback", #"{"url":"https://x/","token":"t"}"#),
        ("POST", "/_sandbox/callback", #"{"url":"http://127.0.0.1:1/","token":"t","mode":"safe"}"#),
        ("POST", "/_sandbox/callback", #"{"url":"http://127.0.0.1:1/","token":"t","aes_key":"short"}"#),
        ("POST", "/_sandbox/callback", #"{"url":"http://127.0.0.1:1/","token":"t","drop":2}"#),
        ("POST", "/_sandbox/callback", #"{"url":"http://127.0.0.1:1/","token":"t","times":0}"#),
    ])
    func `control that makes no sense is 400 and says why`(method: String, target: String, body: String) async throws {
        try await withSandbox { client in
            let answer = try await client.call(method, target, body)
            #expect(answer.status == 400)
            #expect(answer.json?["error"]?.text?.isEmpty == false)
        }
    }

    @Test func `a configuration with one mistake changes nothing`() async throws {
        try await withSandbox { client in
            _ = try await client.call("POST", "/_sandbox/config", #"{"token_lifetime":10,"zzz":1}"#)
            #expect(try await client.stableToken().expiresIn == 7200)
        }
    }

    @Test func `text is quoted as JSON`() {
        #expect(JSON.quoted("a\"b\\c\n\u{1}ü") == #""a\"b\\c\u000a\u0001ü""#)
        #expect(JSON(Array("[\(JSON.quoted("a\"b\\c\n\u{1}ü"))]".utf8)) == .array([.string("a\"b\\c\n\u{1}ü")]))
    }
}
