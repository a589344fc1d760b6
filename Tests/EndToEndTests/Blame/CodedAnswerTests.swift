import Testing

/// An upstream that compresses although nobody asked.
@Suite struct CodedAnswerTests {
    @Test func `a coded token is a token`() async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedUpstream.stableToken) { _ in ScriptedUpstream.token("REAL-token").gzipped }
        }
        let answer = try await stage.send(to: "o-1", token: try await stage.weir.token())
        #expect(answer.errcode == 0, "\(answer.text)")
        let asked = stage.upstream.requests(ScriptedUpstream.stableToken).map { $0.header("accept-encoding") }
        #expect(asked == ["identity"])
    }

    @Test func `coded answers to a send, a message and a download are read as they are meant`() async throws {
        let file = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedStage.template) { _ in ScriptedReply.ok().gzipped }
            upstream.on(ScriptedStage.custom) { _ in ScriptedReply.errcode(45015).gzipped }
            upstream.on(ScriptedStage.download) { _ in ScriptedReply.file(file).gzipped }
        }
        let token = try await stage.weir.token()
        let sent = try await stage.send(to: "o-1", token: token)
        #expect(sent.errcode == 0, "\(sent.text)")
        let refused = try await stage.call(
            "POST",
            ScriptedStage.custom,
            token: token,
            body: Message.customBody(to: "o-1")
        )
        #expect(refused.errcode == 45015, "\(refused.text)")
        let id = try await stage.weir.accept(.template(to: "o-2"))
        try await stage.weir.wait(id, for: "sent")
        let download = try await stage.call("GET", ScriptedStage.download, token: token)
        #expect(download.body == file)
        #expect(download.header("content-encoding") == nil)
        #expect(download.header("content-type") == "image/jpeg")
        #expect(stage.upstream.count(ScriptedStage.template) == 2)
        let asked = stage.upstream.requests().map { $0.header("accept-encoding") }
        #expect(asked.allSatisfy { $0 == "identity" }, "\(asked)")
    }

    @Test func `a coded answer that was cut is no success`() async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedStage.custom) { _ in
                var reply = ScriptedReply.ok().gzipped
                reply.body.removeLast(12)
                return reply
            }
        }
        let token = try await stage.weir.token()
        let answer = try await stage.call(
            "POST",
            ScriptedStage.custom,
            token: token,
            body: Message.customBody(to: "o-1")
        )
        #expect(answer.errcode == 990_003, "\(answer.text)")
    }
}
