import Testing
import WeChat

@Suite struct RedactionTests {
    private func cut(_ token: String, _ text: String) -> String {
        String(decoding: Redaction.cut(token: token, from: Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        ("75_abc", #"{"url":"https://x?access_token=75_abc&y=1"}"#, #"{"url":"https://x?access_token=&y=1"}"#),
        ("75_abc", "75_abc", ""), ("75_abc", "75_abc75_abc-75_abc", "-"), ("aab", "aaaab", "aa"), ("aa", "aaaaa", "a"),
        ("75_abc", "75_ab", "75_ab"), ("75_abc", "", ""), ("", "x", "x"),
        ("75_abc", "75_abd75_ab75_abc", "75_abd75_ab"),
        ("x", "axbxc", "abc"), ("abcabd", "abcabcabd", "abc"), ("75_abc", "订75_abc单", "订单"),
    ])
    func `every occurrence goes and nothing else`(_ token: String, _ text: String, _ expected: String) {
        #expect(cut(token, text) == expected)
    }

    @Test func `a token is found wherever it stands in a large answer`() {
        let token = Array("75_AbCdEfGhIjKlMnOpQrStUvWxYz-0123456789".utf8)
        let filler = (0..<20_000).map { token[($0 &* 7919) % token.count] }
        for position in [0, 1, 9_999, 19_999, 20_000] {
            let text = filler[..<position] + token + filler[position...]
            #expect(Redaction.cut(token: String(decoding: token, as: UTF8.self), from: Array(text)) == filler)
        }
    }
}
