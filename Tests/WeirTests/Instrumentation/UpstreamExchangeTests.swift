import Testing
import Tracing
import WeChat
import WeirPorts

@testable import RequestTracing

/// What the span of a request to WeChat says, and what of its address it shows.
struct UpstreamExchangeTests {
    typealias Result = UpstreamExchange.Result

    @Test(
        arguments: [
            (200, .accepted, 0, nil), (200, .recipient, 43004, nil), (200, .request, 47003, "47003"),
            (200, .transient, -1, "-1"), (200, .throttled, 45011, "45011"), (200, .quotaExhausted, 45009, "45009"),
            (200, .tokenRejected, 40001, "40001"), (200, .account, 40013, "40013"), (200, .unknown, nil, "unknown"),
            (503, .transient, nil, "503"), (404, .transient, nil, "404"),
        ] as [(Int, Outcome, Int?, String?)]
    )
    func `an answer is an error where the upstream did not do its part`(
        _ status: Int,
        _ outcome: Outcome,
        _ errcode: Int?,
        _ errorType: String?
    ) {
        let classification = Classification(outcome: outcome, errcode: errcode, breaker: .ignored)
        let result = Result(status: status, classification: classification)
        #expect(result.errorType == errorType)
        #expect((result.spanStatus?.code == .error) == (errorType != nil))
        // An HTTP status says it already.
        #expect((result.spanStatus?.message == nil) == (errorType == nil || status >= 400))
    }

    @Test(arguments: TransportFailure.Kind.allCases)
    func `a failure of the way is an error, and a caller who left is none`(_ kind: TransportFailure.Kind) {
        let classification = Classification(outcome: .unknown, breaker: .failure)
        let result = Result(failure: kind, classification: classification)
        #expect(result.errorType == (kind == .cancelled ? nil : kind.rawValue))
    }

    @Test func `a repeat says which it is, and a first attempt nothing`() {
        var exchange = UpstreamExchange(
            origin: "https://api.weixin.qq.com",
            method: "POST",
            target: .path("/cgi-bin/message/template/send", hasSecrets: true),
            api: "/cgi-bin/message/template/send",
            app: "main",
            number: 1,
            result: Result(status: 200, classification: Classification(outcome: .accepted, breaker: .success))
        )
        let first = exchange.described()
        #expect(first.name == "POST /cgi-bin/message/template/send")
        #expect(first.attributes.get("http.request.resend_count") == nil)
        #expect(first.attributes.get("server.port") == .int64(443))
        let full = "https://api.weixin.qq.com/cgi-bin/message/template/send?access_token=REDACTED"
        #expect(first.attributes.get("url.full") == .string(full))
        exchange.number = 3
        #expect(exchange.described().attributes.get("http.request.resend_count") == .int64(2))
    }

    @Test(
        arguments: [
            ("/a", nil), ("/a?", ""), ("/a?access_token=5up3r", "access_token=REDACTED"),
            ("/a?secret=5up3r&appid=5up3r&js_code=5up3r", "secret=REDACTED&appid=REDACTED&js_code=REDACTED"),
            ("/a?grant_type=client_credential&lang=zh_CN", "grant_type=client_credential&lang=zh_CN"),
            // What no name is known of, what has none, and what is none.
            ("/a?openid=5up3r&next=5up3r", "openid=REDACTED&next=REDACTED"), ("/a?5up3r", "REDACTED"),
            ("/a?%73ecret=5up3r", "REDACTED"), ("/a?5up3r5up3r5up3r5up3r5up3r=1", "REDACTED"),
            ("/a?=5up3r", "=REDACTED"),
            // A harmless name with a value that is not.
            ("/a?type=5up3r5up3r5up3r5up3r5up3r", "type=REDACTED"), ("/a?lang=%35up3r", "lang=REDACTED"),
            ("/a?access_token=5up3r?x=5up3r", "access_token=REDACTED"), ("/a?&&type=1&", "type=1"),
        ] as [(String, String?)]
    )
    func `of a query only what can be no secret is shown`(_ target: String, _ shown: String?) {
        #expect(ShownURL.query(of: target) == shown)
        let full = ShownURL.full(origin: "https://h", target: target)
        #expect(full == "https://h/a" + (shown.map { "?" + $0 } ?? ""))
        #expect(!full.contains("5up3r"))
    }

    @Test(arguments: ["main/o5up3r", "o5up3r", "o5up3r/main", "main/o5up3r/x", "o5up3r?app=main", ""])
    func `of a path that names a recipient nothing of it is shown, mistyped or not`(rest: String) {
        #expect(ShownURL.path(of: "/v1/suppressions/" + rest) == "/v1/suppressions/REDACTED")
    }

    @Test func `a query is shown in bounds`() {
        let target = "/a?" + (0..<100).map { "type=\($0)" }.joined(separator: "&")
        #expect(ShownURL.query(of: target)?.split(separator: "&").count == 16)
    }

    @Test(
        arguments: [
            ("https://api.weixin.qq.com", "api.weixin.qq.com", 443), ("http://h:8080", "h", 8080),
            ("http://[::1]", "::1", 80),
            ("h", nil, 0), ("http://", nil, 0), ("http://h:x", nil, 0),
        ] as [(String, String?, Int)]
    )
    func `an origin tells host and port`(_ origin: String, _ host: String?, _ port: Int) {
        let address = ServerAddress(origin: origin)
        #expect(address?.host == host)
        #expect((address?.port ?? 0) == port)
    }
}
