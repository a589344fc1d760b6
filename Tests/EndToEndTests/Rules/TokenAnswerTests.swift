import Testing

/// What is a token, and what must not look like an answer.
@Suite struct TokenAnswerTests {
    @Test(arguments: ["7200.0", "7.2e3", "\"7200\"", "null", "-1", "1e300", "0", "false"])
    func `a token is used however its life is written`(life: String) async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedUpstream.stableToken) { _ in ScriptedUpstream.token("REAL-token", life: life) }
        }
        let token = try await stage.weir.token()
        let answer = try await stage.send(to: "o-1", token: token)
        #expect(answer.errcode == 0, "\(answer.text)")
        #expect(stage.upstream.requests().first?.target.contains("access_token=REAL-token") == true)
    }

    @Test func `a token whose life is missing is used`() async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedUpstream.stableToken) { _ in .json("{\"access_token\":\"REAL-token\"}") }
        }
        let token = try await stage.weir.token()
        #expect(try await stage.send(to: "o-1", token: token).errcode == 0)
    }

    static let labels: [(label: String, prefix: String)] = [
        ("image/jpeg", ""), ("", ""), ("application/octet-stream", ""), ("application/json", "\u{FEFF}"),
        ("text/plain", "\u{FEFF}\n"),
    ]

    @Test(arguments: labels)
    func `a download's rejected token reaches no caller, whatever label it comes with`(label: String, prefix: String)
        async throws
    {
        let body = Array((prefix + "{\"errcode\":40001,\"errmsg\":\"invalid credential rid: 1\"}").utf8)
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedStage.download) { request in
                let headers = label.isEmpty ? [] : [(name: "Content-Type", value: label)]
                return request.number == 1 ? ScriptedReply(headers: headers, body: body) : .file([1, 2, 3])
            }
        }
        let token = try await stage.weir.token()
        let answer = try await stage.call("GET", ScriptedStage.download, token: token)
        #expect(answer.body == [1, 2, 3], "\(answer.text)")
    }
}
