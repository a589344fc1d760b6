import Testing
import WeChat

@Suite struct TokenReplyTests {
    @Test(
        arguments: [
            (#"{"access_token":"75_abc","expires_in":7200}"#, 7200),
            (#"{"access_token":"75_abc","expires_in":"345"}"#, 345),
            ("\u{FEFF}{\"expires_in\":1,\"access_token\":\"75_abc\",\"x\":\"\n\"}", 1),
            (#"{"access_token":"75_abc"}"#, nil), (#"{"access_token":"75_abc","expires_in":0}"#, nil),
            (#"{"access_token":"75_abc","expires_in":-5}"#, nil), (#"{"access_token":"","expires_in":7200}"#, nil),
            (#"{"access_token":5,"expires_in":7200}"#, nil), (#"{"errcode":40001}"#, nil), ("", nil), ("<html>", nil),
            (#"{"access_token":"75_abc","expires_in":7200"#, nil),
        ] as [(String, Int?)]
    )
    func `a token comes with the rest of its life`(_ body: String, _ expected: Int?) {
        let reply = TokenReply(Array(body.utf8))
        #expect(reply?.expiresIn == expected)
        #expect(reply == nil || reply?.accessToken == "75_abc")
    }
}
