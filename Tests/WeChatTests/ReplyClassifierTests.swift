import Testing
import WeChat

@Suite struct ReplyClassifierTests {
    private let classifier = ReplyClassifier()
    private let template = APICatalog.descriptor(method: "POST", path: "/cgi-bin/message/template/send")
    private let media = APICatalog.descriptor(method: "GET", path: "/cgi-bin/media/get")
    private let other = APICatalog.descriptor(method: "POST", path: "/wxa/brand/new")

    private func classify(
        _ body: String,
        status: Int = 200,
        type: String? = "application/json; encoding=utf-8",
        api: APIDescriptor? = nil
    ) -> Classification {
        classifier.classify(status: status, contentType: type, body: Array(body.utf8), api: api ?? template)
    }

    @Test func `a message that was taken has its id`() {
        let result = classify(#"{"errcode":0,"errmsg":"ok","msgid":3557254367693750277}"#)
        #expect(
            result
                == Classification(
                    outcome: .accepted,
                    errcode: 0,
                    errmsg: "ok",
                    msgid: 3_557_254_367_693_750_277,
                    breaker: .success
                )
        )
    }

    @Test func `an error is taken apart`() {
        let result = classify(#"{"errcode":43004,"errmsg":"require subscribe rid: 62bac4fd-3b536b18-3819fb88"}"#)
        #expect(
            result
                == Classification(
                    outcome: .recipient,
                    errcode: 43004,
                    errmsg: "require subscribe",
                    rid: "62bac4fd-3b536b18-3819fb88",
                    breaker: .success,
                    scope: .recipient
                )
        )
    }

    @Test(arguments: [
        (#"{"errcode":"40001","errmsg":"x"}"#, Outcome.tokenRejected, 40001),
        (#"{"errcode":"0"}"#, .accepted, 0),
        (#"{"base_resp":{"errcode":-1,"errmsg":"busy"}}"#, .transient, -1),
        (#"{"base_resp":{"ret":0,"err_msg":"ok"},"data":[]}"#, .accepted, 0),
        (#"{"base_resp":{"ret":"45009"}}"#, .quotaExhausted, 45009),
        (#"{"errcode":0,"base_resp":{"errcode":-1}}"#, .accepted, 0),
        (#"{"errcode":47003,"errcode":0}"#, .accepted, 0),
        (#"{"a":{"errcode":40001},"errcode":45011}"#, .throttled, 45011),
        ("\u{FEFF} {\"errcode\":-1} \0", .transient, -1),
        ("{\"nickname\":\"a\0b\n\u{1}\",\"errcode\":50002}", .account, 50002),
        (#"{"errcode":12345678}"#, .request, 12_345_678),
        (#"{"errcode":45065,"errmsg":"dup","msg_id":17}"#, .accepted, 45065),
    ])
    func `codes are read however they are written`(_ body: String, _ outcome: Outcome, _ code: Int) {
        let result = classify(body)
        #expect(result.outcome == outcome)
        #expect(result.errcode == code)
        #expect(result.isAnswer)
    }

    @Test func `a duplicate mass send has the id of the first`() {
        #expect(
            classify(#"{"errcode":45065,"errmsg":"clientmsgid exist","msg_id":9007199254740993}"#).msgid
                == 9_007_199_254_740_993
        )
        #expect(classify(#"{"errcode":0,"msgid":"200228332"}"#).msgid == 200_228_332)
        #expect(classify(#"{"errcode":0,"msgid":9223372036854775808}"#).msgid == nil)
        #expect(classify(#"{"errcode":0,"msgid":1.5}"#).msgid == nil)
    }

    @Test(arguments: ["{}", #"{"ip_list":["1.2.3.4"]}"#, #"{"errcode":null}"#, #"{"primary_industry":{}}"#])
    func `an answer without a code is a success`(_ body: String) {
        let result = classify(body)
        #expect(result.outcome == .accepted && result.errcode == nil && result.isAnswer)
    }

    @Test(arguments: [
        "", " ", "<html><body>502</body></html>", "ok", "[]", "null", "12", "{", #"{"errcode":0"#, #"{"errcode":0,"#,
        #"{"errcode":0}}"#, #"{"errcode":{}}"#, #"{"errcode":"abc"}"#, #"{"errcode":1.5}"#, #"{"errcode":true}"#,
        #"{"errcode":99999999999999999999}"#, "errcode=0", "\0", "{}<html>",
    ])
    func `what is no whole answer leaves the outcome unknown`(_ body: String) {
        for type in [nil, "application/json", "text/html", "text/plain"] {
            #expect(
                classify(body, type: type)
                    == Classification(
                        outcome: .unknown,
                        breaker: .failure,
                        isAnswer: false,
                        scope: .api,
                        isIntermediary: body.hasPrefix("<")
                    )
            )
        }
    }

    @Test func `no prefix of an answer is an answer`() {
        let whole = #"{"errcode":0,"errmsg":"ok 你好 \u4f60","msgid":200228332,"list":[{"a":[1]}]}"#
        #expect(classify(whole).outcome == .accepted)
        for length in 0..<whole.utf8.count {
            let prefix = Array(whole.utf8.prefix(length))
            let result = classifier.classify(status: 200, contentType: "application/json", body: prefix, api: template)
            #expect(result.outcome == .unknown && !result.isAnswer && result.breaker == .failure)
        }
    }

    @Test(arguments: [100, 101, 199, 300, 301, 302, 304, 307, 500, 502, 503, 504, 599, 600, 0, -1])
    func `no other status is an answer, whatever it carries`(_ status: Int) {
        let result = classify(#"{"errcode":0,"errmsg":"ok"}"#, status: status)
        #expect(result.outcome == .unknown && !result.isAnswer && result.breaker == .failure)
        #expect(result.isIntermediary == (300..<400).contains(status))
    }

    @Test func `a refusal that carries a code is that code`() {
        let result = classify(#"{"errcode":45009,"errmsg":"reach max api daily quota limit"}"#, status: 400)
        #expect(result.outcome == .quotaExhausted && result.wait == .midnight && result.isAnswer)
    }

    @Test(arguments: ["image/jpeg", "audio/amr", "application/octet-stream", nil] as [String?])
    func `a file is an answer where files are due`(_ type: String?) {
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x7B, 0x22]
        for api in [media, other] {
            let result = classifier.classify(status: 200, contentType: type, body: jpeg, api: api)
            #expect(result == Classification(outcome: .accepted, breaker: .success))
        }
        #expect(classifier.classify(status: 200, contentType: type, body: jpeg, api: template).outcome == .unknown)
    }

    @Test(
        arguments: [
            (#"{"errcode":40007,"errmsg":"invalid media_id"}"#, "text/plain", Outcome.request),
            (#"{"errcode":40001}"#, "Application/JSON; charset=utf-8", .tokenRejected),
            (#" {"errcode":-1}"#, nil, .transient), (#"{"errcode":40"#, "text/plain", .unknown),
            (#"{"errcode":40"#, nil, .unknown),
            ("", "image/jpeg", .unknown), ("", nil, .unknown), ("<html>busy", "text/html", .unknown),
            ("  <!DOCTYPE HTML>", nil, .unknown), ("<HTML>", nil, .unknown), ("<xml></xml>", nil, .accepted),
            (#"{"errcode":-1}"#, "image/png", .transient), ("oops", "application/json", .unknown),
            ("a,b\n1,2", "text/plain", .accepted),
            (#"{"video_url":"http://x","title":"t"}"#, "text/plain", .accepted),
        ] as [(String, String?, Outcome)]
    )
    func `where files are due, JSON and pages are told apart`(_ body: String, _ type: String?, _ outcome: Outcome) {
        for api in [media, other] {
            let result = classify(body, type: type, api: api)
            #expect(result.outcome == outcome)
            #expect(result.isAnswer == (outcome != .unknown))
        }
    }

    @Test func `a token endpoint must give a token`() {
        let token = APICatalog.descriptor(method: "POST", path: "/cgi-bin/stable_token")
        #expect(classify(#"{"access_token":"75_abc","expires_in":7200}"#, api: token).outcome == .accepted)
        #expect(classify("{}", api: token).outcome == .unknown)
        #expect(classify(#"{"access_token":""}"#, api: token).outcome == .unknown)
        #expect(classify(#"{"errcode":40001,"errmsg":"invalid credential"}"#, api: token).outcome == .account)
    }

    @Test(
        arguments: [
            (
                "invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist rid: 62bac4fd-3b536b18-3819fb88",
                "invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist", "62bac4fd-3b536b18-3819fb88"
            ),
            ("rid: abc-1", "", "abc-1"), ("ok", "ok", nil), ("grid: x", "grid: x", nil), ("x rid: ", "x rid: ", nil),
            ("x rid: 12 more", "x  more", "12"), ("x rid: 12zz", "x rid: 12zz", nil), ("rid: 1 rid: 2", "rid: 1", "2"),
            ("系统繁忙 hint: [abc]", "系统繁忙 hint: [abc]", nil),
        ] as [(String, String, String?)]
    )
    func `the rid is cut off the text`(_ text: String, _ errmsg: String, _ rid: String?) {
        let result = classify("{\"errcode\":-1,\"errmsg\":\"\(text)\"}")
        #expect(result.errmsg == errmsg)
        #expect(result.rid == rid)
    }

    @Test func `a long text is cut and a wrong one is left out`() {
        let long = String(repeating: "长", count: 2000)
        let result = classify("{\"errcode\":-1,\"errmsg\":\"\(long)\"}")
        #expect((result.errmsg?.unicodeScalars.count ?? 0) == ReplyClassifier.longestText / 3 + 1)
        #expect(classify(#"{"errcode":-1,"errmsg":17}"#).errmsg == nil)
        let bytes = Array(#"{"errcode":-1,"errmsg":"a"#.utf8) + [0xFF] + Array(#"b"}"#.utf8)
        #expect(classifier.classify(status: 200, contentType: nil, body: bytes, api: template).errmsg == "a\u{FFFD}b")
    }

    @Test func `without an answer all hangs on whether bytes left`() {
        let left = classifier.classify(failure: true)
        #expect(left.outcome == .unknown && left.breaker == .failure && !left.isAnswer)
        let stayed = classifier.classify(failure: false)
        #expect(stayed.outcome == .transient && stayed.breaker == .failure && !stayed.isAnswer)
    }
}
