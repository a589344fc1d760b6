import Testing

/// Doubt once raised decides the end until an attempt is accepted.
@Suite struct DoubtTests {
    private static let retry = """
        retry:
          available: {attempts: 3, backoff: 20ms, backoff_max: 50ms, ladder: [1s], max_age: 4s}
        """

    /// WeChat takes the first attempt and its answer is lost; every later one draws `code`.
    private func stage(_ code: Int) async throws -> ScriptedStage {
        try await ScriptedStage.start {
            $0.sections = DoubtTests.retry
        } script: { upstream in
            upstream.on(ScriptedStage.template) { $0.number == 1 ? .page(502) : .errcode(code) }
        }
    }

    @Test(arguments: [40001, 42001, 45009, 45011, 48001, -1, 43004, 47003])
    func `a relayed send that may have been delivered is never told as not taken`(code: Int) async throws {
        let stage = try await stage(code)
        let token = try await stage.weir.token()
        let answer = try await stage.send(to: "o-1", token: token)
        #expect(answer.errcode == 990_003, "\(answer.text)")
        // The caller's own repeat is known to WeChat by the first one's id.
        stage.upstream.on(ScriptedStage.template) { _ in .ok() }
        _ = try await stage.send(to: "o-1", token: token)
        let ids = stage.upstream.requests(ScriptedStage.template).map { $0.member("client_msg_id") }
        #expect(Set(ids).count == 1, "\(ids)")
    }

    @Test(arguments: [43004, 47003])
    func `a message that may have been delivered ends unknown, whatever its repeats say`(code: Int) async throws {
        let stage = try await stage(code)
        let id = try await stage.weir.accept(.template(to: "o-1"))
        let end = try await eventually("it ends") { () -> String? in
            let state = try await stage.weir.status(id)?["state"]?.string
            return state == "pending" || state == "sending" ? nil : state
        }
        #expect(end == "unknown")
    }

    @Test func `a send whose caller has hung up is not sent again for nobody`() async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedStage.custom) { request in
                request.text.contains("o-gone") ? .errcode(40001, after: .milliseconds(700)) : .ok()
            }
        }
        let token = try await stage.weir.token()
        let body = Message.customBody(to: "o-gone")
        let caller = RawPeers()
        try caller.open(1, to: stage.weir.api.port) { _ in
            "POST \(ScriptedStage.custom)?access_token=\(token) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        caller.push()
        try await eventually("it is in flight") { stage.upstream.count(ScriptedStage.custom) == 1 }
        caller.closeAll()
        // The rejection has come, and its consequences.
        try await eventually("it has ended") { try await stage.weir.metrics().sum("weir_upstream_in_flight") == 0 }
        try await eventually("a token was asked for") { stage.upstream.count(ScriptedUpstream.stableToken) >= 2 }
        let other = try await stage.call(
            "POST",
            ScriptedStage.custom,
            token: token,
            body: Message.customBody(to: "o-2")
        )
        #expect(other.errcode == 0, "\(other.text)")
        #expect(stage.upstream.requests(ScriptedStage.custom).filter { $0.text.contains("o-gone") }.count == 1)
    }
}
