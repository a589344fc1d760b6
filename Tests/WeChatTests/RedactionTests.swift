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

    @Test(arguments: [
        #"75\u005fabc"#, #"75\u005Fabc"#, #"75%5fabc"#, #"75%5Fabc"#, #"\u0037\u0035\u005f\u0061\u0062\u0063"#,
        #"%37%35%5F%61%62%63"#, #"%375%5f\u0061bc"#, #"75_ab%63"#, #"%3775_abc"#, #"75%255Fabc"#, #"75\\u005fabc"#,
        #"75%5Cu005fabc"#, #"75\u00255Fabc"#,
    ])
    func `a token goes however it is escaped`(_ spelling: String) {
        let rest = spelling.hasPrefix("%3775") ? "%37" : ""
        #expect(cut("75_abc", "{\"u\":\"\(spelling)\"}") == "{\"u\":\"\(rest)\"}")
        #expect(cut("75_abc", "\(spelling)&\(spelling)") == "\(rest)&\(rest)")
    }

    @Test(arguments: [
        #"75%5"#, #"75%5"#, #"75%zzabc"#, #"75\u005"#, #"75\u4e2dabc"#, #"75\nabc"#, #"75%5Fab"#, #"%5F75%5F"#, #"\"#,
        #"%"#,
        #"https:\/\/x\/75%5Fab"#, #"75\"#, #"{"a":"\u8ba2\u5355"}"#,
    ])
    func `what only looks like it stays`(_ text: String) {
        #expect(cut("75_abc", text) == text)
    }

    @Test func `a token with a slash goes with its slash escaped`() {
        #expect(cut("a/b", #"xa\/bx a%2Fb"#) == "xx ")
    }

    @Test func `every token of several goes, in whatever form`() {
        let text = #"{"a":"75_abc","b":"80_def","c":"80%5Fdef75_abc"}"#
        let bytes = Redaction.cut(tokens: ["75_abc", "80_def", "none", ""], from: Array(text.utf8))
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"a":"","b":"","c":""}"#)
    }

    @Test func `an answer made to be slow costs a few looks at each byte`() {
        let token = String(repeating: "a", count: 150)
        let tokens = (0..<32).map { token + "\($0)" }
        let text = String(repeating: String(repeating: "b", count: 149) + "%41", count: 400)
        #expect(Redaction.cut(tokens: tokens, from: Array(text.utf8)).count == text.utf8.count)
    }
}
