import Testing
import Timekeeping
import WeChat

@Suite struct TokenReplyTests {
    @Test(
        arguments: [
            (#"{"access_token":"75_abc","expires_in":7200}"#, 7200),
            (#"{"access_token":"75_abc","expires_in":"345"}"#, 345),
            ("\u{FEFF}{\"expires_in\":1,\"access_token\":\"75_abc\",\"x\":\"\n\"}", 1),
            (#"{"access_token":"75_abc","expires_in":7200.0}"#, 7200),
            (#"{"access_token":"75_abc","expires_in":7199.9}"#, 7199),
            (#"{"access_token":"75_abc","expires_in":7.2e3}"#, 7200),
            (#"{"access_token":"75_abc","expires_in":"7200.5"}"#, 7200),
            (#"{"access_token":"","expires_in":7200}"#, nil), (#"{"access_token":null,"expires_in":7200}"#, nil),
            (#"{"access_token":5,"expires_in":7200}"#, nil), (#"{"errcode":40001}"#, nil), ("", nil), ("<html>", nil),
            (#"{"access_token":"75_abc","expires_in":7200"#, nil),
        ] as [(String, Int?)]
    )
    func `a token comes with the rest of its life`(_ body: String, _ expected: Int?) {
        let reply = TokenReply(Array(body.utf8))
        #expect(reply?.expiresIn == expected)
        #expect(reply == nil || reply?.accessToken == "75_abc")
    }

    @Test(arguments: [
        "null", "0", "-1", "-5.5", "0.5", "1e300", "-1e300", "1e999", "99999999999999999999", "9223372036854775807",
        "\"\"", "\"soon\"", "\"NaN\"", "\"inf\"", "\"-inf\"", "\"0x1p99999\"", "true", "{}", "[7200]",
    ])
    func `a life that can't be read is short, and the token is used`(_ life: String) throws {
        for body in [
            "{\"access_token\":\"75_abc\",\"expires_in\":\(life)}",
            "\u{FEFF}{\"expires_in\":\(life),\"access_token\":\"75_abc\"}",
        ] {
            let reply = try #require(TokenReply(Array(body.utf8)))
            #expect(reply.accessToken == "75_abc" && reply.expiresIn == TokenReply.shortLife)
        }
    }

    @Test func `without any word about its life a token lives for a short time`() {
        #expect(TokenReply(Array(#"{"access_token":"75_abc"}"#.utf8))?.expiresIn == 300)
    }

    @Test func `a token with a short life is used and asked for again in time`() throws {
        var bench = TokenBench()
        try bench.answer("a", life: TokenReply.shortLife)
        #expect(bench.value == "a")
        let wake = try #require(bench.machine.nextWake)
        #expect(wake > bench.now && wake - bench.now <= .seconds(60))
    }
}
