import Testing

/// More calls than the limit lets through.
@Suite struct OverloadTests {
    private static let seconds = 14

    /// The calls' way to their permit is as long as their deadline, whatever is done first: only refusing early keeps the rest alive.
    @Test func `at twice the limit nine tenths of the limit are told as success, and nothing done is told as not done`()
        async throws
    {
        let stage = try await ScriptedStage.start { settings in
            settings.limits = "{\(ScriptedStage.template): {rate: 20/s, burst: 20}}"
        } script: { upstream in
            upstream.on(ScriptedStage.template) { _ in .ok(after: .milliseconds(200)) }
        }
        let token = try await stage.weir.token()
        let count = 40 * OverloadTests.seconds
        let results = try await Load.run(count, width: 240, pace: .milliseconds(25), to: stage.weir.api.port) {
            number in
            let body = Array(Message.templateBody(to: "o-\(number)").utf8)
            return Load.Call(target: "\(ScriptedStage.template)?access_token=\(token)", body: body)
        }
        // Behind the first seconds, which the burst and the empty queue make easy.
        let window = Duration.seconds(6)...Duration.seconds(OverloadTests.seconds)
        let good = results.filter { $0.errcode == 0 && window.contains($0.end) }.count
        #expect(Double(good) >= 0.9 * 20 * Double(OverloadTests.seconds - 6), "\(good), \(Load.codes(results))")

        let told = Dictionary(
            uniqueKeysWithValues: results.map { ("o-\($0.index)", $0.errcode ?? RelayTraffic.noAnswer) }
        )
        let acted = stage.upstream.requests(ScriptedStage.template).compactMap { $0.member("touser") }
        let denied = acted.filter { told[$0] != 0 && told[$0] != 990_003 }
        #expect(denied.isEmpty, "acted on, and told otherwise: \(denied.compactMap { told[$0] })")
        // Who is refused is told when to come back.
        let refused = results.filter { $0.errcode == 990_001 }
        #expect(refused.allSatisfy { ($0.answer?.retryAfter ?? 0) >= 1 })
        #expect(try await stage.breakerMoves() == 0)
    }
}
