import Testing
import WeChat

/// Whose word an answer is, and whom it blames.
@Suite struct ReplyBlameTests {
    private static let template = APICatalog.descriptor(method: "POST", path: "/cgi-bin/message/template/send")
    private static let token = APICatalog.descriptor(method: "POST", path: "/cgi-bin/stable_token")
    private static let media = APICatalog.descriptor(method: "GET", path: "/cgi-bin/media/get")
    private static let page = "<html><body>Blocked</body></html>"

    private func classify(
        _ body: String,
        status: Int = 200,
        type: String? = "text/html",
        api: APIDescriptor = template,
        method: String = "POST",
        isCallersShape: Bool = false
    ) -> Classification {
        ReplyClassifier().classify(
            status: status,
            contentType: type,
            body: Array(body.utf8),
            api: api,
            method: method,
            isCallersShape: isCallersShape
        )
    }

    // MARK: Without a body

    @Test(arguments: [
        ("HEAD", 200), ("HEAD", 206), ("OPTIONS", 200), ("OPTIONS", 204), ("POST", 204), ("GET", 204), ("DELETE", 205),
    ])
    func `an orderly answer without a body is an answer where HTTP has none`(_ method: String, _ status: Int) {
        for api in [Self.template, Self.media] {
            for type in [nil, "application/json", "text/html", ""] {
                let result = classify("", status: status, type: type, api: api, method: method)
                #expect(result == Classification(outcome: .accepted, breaker: .success))
            }
        }
    }

    @Test(arguments: ["GET", "POST", "PUT", "head"])
    func `an empty body is no answer where one is due`(_ method: String) {
        #expect(classify("", method: method).outcome == .unknown)
        #expect(classify("", status: 201, method: method).breaker == .failure)
    }

    @Test func `a body counts also where none was due`() {
        #expect(classify(#"{"errcode":40001}"#, status: 204).outcome == .tokenRejected)
        #expect(classify(Self.page, method: "OPTIONS").isIntermediary)
    }

    @Test(arguments: [400, 401, 403, 404, 405, 407, 408, 412, 451, 499])
    func `a refused HEAD has no room for a code and so blames nobody`(_ status: Int) {
        let result = classify("", status: status, method: "HEAD")
        #expect(result == Classification(outcome: .request, breaker: .ignored))
    }

    @Test func `a HEAD that came too fast, or met a sick server, is as any other call`() {
        #expect(classify("", status: 429, method: "HEAD").outcome == .throttled)
        let sick = classify("", status: 502, method: "HEAD")
        #expect(sick.outcome == .unknown && sick.breaker == .failure)
    }

    // MARK: Refusals without a code

    @Test(arguments: Array(400...499))
    func `a refusal without a code is not WeChat's word`(_ status: Int) {
        for body in ["", Self.page, "{}", #"{"errcode":0}"#, #"{"errcode":"#, "denied"] {
            for api in [Self.template, Self.media, Self.token] {
                let result = classify(body, status: status, api: api)
                switch status {
                case 412: #expect(result.outcome == .request && result.breaker == .ignored && !result.isIntermediary)
                case 429: #expect(result.outcome == .throttled && result.breaker == .ignored && !result.isIntermediary)
                default:
                    #expect(result.outcome == .transient && result.breaker == .failure)
                    #expect(result.isIntermediary && result.isAnswer && result.errcode == nil && result.scope == .api)
                }
            }
        }
    }

    @Test(arguments: [400, 404, 405, 406, 410, 411, 412, 413, 414, 415, 416, 417, 422, 428, 431, 418, 499])
    func `what can be about a caller's own call blames nobody else`(_ status: Int) {
        let result = classify(Self.page, status: status, isCallersShape: true)
        #expect(result == Classification(outcome: .request, errmsg: "HTTP \(status)", breaker: .ignored))
    }

    @Test(arguments: [401, 403, 407, 408, 421, 425, 426, 451])
    func `what is about who may pass is the upstream's trouble, whoever made the call`(_ status: Int) {
        let result = classify(Self.page, status: status, isCallersShape: true)
        #expect(result.outcome == .transient && result.breaker == .failure && result.isIntermediary)
        #expect(result == Classification.refusal(status: status))
    }

    @Test(arguments: [true, false]) func `a code makes it WeChat's word, whatever the status`(_ isCallersShape: Bool) {
        for status in 400...499 {
            let result = classify(#"{"errcode":47003}"#, status: status, isCallersShape: isCallersShape)
            #expect(result.errcode == 47003 && result.breaker == .success && !result.isIntermediary)
        }
    }

    @Test func `a page in the place of an answer is somebody else's, a cut answer is not`() {
        for api in [Self.template, Self.media, Self.token] {
            for page in [Self.page, "\u{FEFF} <!DOCTYPE html>", "<HTML>"] {
                let result = classify(page, api: api)
                #expect(result.outcome == .unknown && result.isIntermediary && !result.isAnswer)
            }
            let cut = classify(#"{"errcode":0"#, type: "application/json", api: api)
            #expect(cut.outcome == .unknown && !cut.isIntermediary)
        }
        #expect(!classify("", api: Self.template).isIntermediary)
    }

    @Test(arguments: [403, 404, 451]) func `the token fetch takes a proxy's refusal for a passing failure`(
        _ status: Int
    ) {
        #expect(TokenFailure(classify(Self.page, status: status, api: Self.token)) == .transient)
    }

    // MARK: Errors among files

    @Test(
        arguments: [
            "image/jpeg", "image/png", "application/octet-stream", "video/mp4", "", nil, "text/plain",
            "multipart/mixed",
        ] as [String?]
    )
    func `an error where a file is due is an error, whatever it is labelled`(_ type: String?) {
        let other = APICatalog.descriptor(method: "POST", path: "/wxa/brand/new")
        for api in [Self.media, other] {
            for start in ["", "\u{FEFF}", " \r\n\t", "\u{FEFF}\n "] {
                let rejected = classify(start + #"{"errcode":40001,"errmsg":"bad token"}"#, type: type, api: api)
                #expect(rejected.outcome == .tokenRejected && rejected.errmsg == "bad token")
                #expect(classify(start + #"{"errcode":"42001"}"#, type: type, api: api).outcome == .tokenRejected)
                #expect(classify(start + #"{"base_resp":{"ret":40014}}"#, type: type, api: api).errcode == 40014)
            }
        }
    }

    @Test(arguments: [
        "{", "{}", #"{"errcode":0,"a":1}"#, #"{"a":{"errcode":40001}}"#, #"{"errcode":40001"#, #"{"errcode":"x"}"#,
        #"[{"errcode":40001}]"#, #"x{"errcode":40001}"#, "{\u{0}\u{1}\u{2}binary",
    ])
    func `what only looks like an error is a file`(_ body: String) {
        for type in ["image/jpeg", "application/octet-stream"] {
            #expect(
                classify(body, type: type, api: Self.media) == Classification(outcome: .accepted, breaker: .success)
            )
        }
    }

    @Test func `a large file is not searched for an error`() {
        let padding = String(repeating: "x", count: 70_000)
        let large = classify(#"{"errcode":40001,"errmsg":"\#(padding)"}"#, type: "image/png", api: Self.media)
        #expect(large.outcome == .accepted)
        let small = classify(
            #"{"errcode":40001,"errmsg":"\#(padding.prefix(60_000))"}"#,
            type: "image/png",
            api: Self.media
        )
        #expect(small.outcome == .tokenRejected)
    }

    @Test func `an unlabelled page in the place of a file is no file`() {
        for type in ["", nil] {
            let result = classify("\u{FEFF}<!doctype html>", type: type, api: Self.media)
            #expect(result.outcome == .unknown && result.isIntermediary)
        }
    }
}
