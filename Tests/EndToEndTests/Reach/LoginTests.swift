import Testing

/// Logins need no token of the account's.
@Suite struct LoginTests {
    private static let session = "/sns/jscode2session"
    private static let oauth = "/sns/oauth2/access_token"
    private static let query =
        "?appid=\(SandboxProcess.appID)&secret=\(SandboxProcess.secret)&grant_type=authorization_code"

    static let tokenAnswers: [(what: String, reply: ScriptedReply)] = [
        ("40164", .errcode(40164)), ("50007", .errcode(50007)), ("502", .page(502)), ("a reset", .ending(.reset)),
    ]

    @Test(arguments: tokenAnswers)
    func `logins go on while the token endpoint fails`(what: String, reply: ScriptedReply) async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedUpstream.stableToken) { _ in reply }
            for path in [LoginTests.session, LoginTests.oauth] {
                upstream.on(path) { _ in .json("{\"openid\":\"o-1\"}") }
            }
        }
        try await eventually("the token was asked for") { stage.upstream.count(ScriptedUpstream.stableToken) >= 1 }
        let token = try await stage.weir.token()
        // A call that needs the token is told of it.
        let held = try await stage.weir.api.call(
            "POST",
            "\(ScriptedStage.template)?access_token=\(token)",
            headers: [("X-Weir-Timeout", "0.5")],
            body: Message.templateBody(to: "o-1")
        )
        #expect([990_004, 990_009].contains(held.errcode), "\(what): \(held.text)")
        for number in 1...5 {
            for path in [LoginTests.session, LoginTests.oauth] {
                let answer = try await stage.weir.api.get("\(path)\(LoginTests.query)&code=\(number)&js_code=\(number)")
                #expect(answer.json?["openid"]?.string == "o-1", "\(what) \(path): \(answer.text)")
            }
        }
    }

    @Test(arguments: ["pass", "refuse"])
    func `a user's own token on sns is neither counted as foreign nor refused`(policy: String) async throws {
        let stage = try await ScriptedStage.start {
            $0.sections = "relay: {foreign_tokens: \(policy)}"
        } script: { upstream in
            for path in ["/sns/userinfo", "/sns/auth"] { upstream.on(path) { _ in .json("{\"openid\":\"o-1\"}") } }
        }
        for path in ["/sns/userinfo", "/sns/auth"] {
            let answer = try await stage.weir.api.get("\(path)?access_token=72_user&openid=o-1")
            #expect(answer.json?["openid"]?.string == "o-1", "\(path): \(answer.text)")
        }
        #expect(stage.upstream.requests().allSatisfy { $0.target.contains("access_token=72_user") })
        #expect(try await stage.weir.metrics().sum("weir_relay_foreign_tokens_total") == 0)
        // One that is meant for the account is still what the policy says.
        _ = try await stage.weir.api.get("\(ScriptedStage.read)?access_token=72_foreign")
        #expect(stage.upstream.count(ScriptedStage.read) == (policy == "pass" ? 1 : 0))
    }
}
