import Foundation
import Testing

/// What a key may do is the same on every way in, and what it gets holds no real token.
@Suite struct PermissionTests {
    @Test func `a key that may not send to all followers may not as a message either`() async throws {
        let stage = try await ScriptedStage.start {
            $0.sections = Stage.clients(["plain": "", "mass": ", apis: [/cgi-bin/message/mass/sendall]"])
        }
        let body = "{\"filter\":{\"is_to_all\":true},\"text\":{\"content\":\"x\"},\"msgtype\":\"text\"}"
        let message = Message(type: "mass", body: body)
        let denied = try await stage.weir.send(message, headers: Stage.authorization(of: "plain"))
        #expect(denied.status == 403)
        #expect(denied.message.contains("apis"), "\(denied.text)")
        let allowed = try await stage.weir.send(message, headers: Stage.authorization(of: "mass"))
        #expect(allowed.status == 202, "\(allowed.text)")
        try await eventually("it is sent") { stage.upstream.count("/cgi-bin/message/mass/sendall") == 1 }
    }

    @Test func `a platform's paths that take an account's token are relayed`() async throws {
        let stage = try await ScriptedStage.start()
        let token = try await stage.weir.token()
        for name in ["getprivacysetting", "setprivacysetting", "uploadprivacyextfile"] {
            let answer = try await stage.call("POST", "/cgi-bin/component/\(name)", token: token, body: "{}")
            #expect(answer.errcode == 0, "\(name): \(answer.text)")
        }
        let other = try await stage.call("POST", "/cgi-bin/component/api_query_auth", token: token, body: "{}")
        #expect(other.errcode == 990_011)
    }

    /// How a token may be written in an answer.
    static let forms: [(name: String, write: @Sendable (String) -> String)] = [
        ("plain", { $0 }), ("escaped", { $0.replacingOccurrences(of: "_", with: "\\u005f") }),
        ("percent-encoded", { $0.replacingOccurrences(of: "_", with: "%5F") }),
    ]

    @Test(arguments: forms.indices)
    func `a former real token that is still good reaches no client`(index: Int) async throws {
        let form = PermissionTests.forms[index]
        let rid = "/cgi-bin/openapi/rid/get"
        let stage = try await ScriptedStage.start {
            $0.sections = Stage.clients(["good": ", apis: [\(rid)]"])
        } script: { upstream in
            upstream.on(ScriptedStage.template) { $0.target.contains("REAL-token_1") ? .errcode(40001) : .ok() }
            upstream.on(rid) { _ in
                let url = form.write("access_token=REAL-token_1&x=REAL-token_2")
                return .json("{\"errcode\":0,\"request\":{\"request_url\":\"https:\\/\\/api?\(url)\"}}")
            }
        }
        let token = try await stage.weir.token(secret: Stage.key(of: "good"))
        // WeChat has changed the token: Weir takes the next one.
        #expect(try await stage.send(to: "o-1", token: token).errcode == 0)
        #expect(stage.upstream.requests(ScriptedStage.template).last?.target.contains("REAL-token_2") == true)
        let answer = try await stage.call("POST", rid, token: token, body: "{\"rid\":\"r\"}")
        #expect(answer.status == 200)
        #expect(answer.json != nil, "\(answer.text)")
        for number in 1...2 {
            #expect(!answer.text.contains(form.write("token_\(number)")), "\(form.name): \(answer.text)")
        }
    }
}
