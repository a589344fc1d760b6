import Testing

/// What arrives within a caller's deadline reaches the caller.
@Suite struct LatencyLadderTests {
    @Test(arguments: [50, 1000, 2500, 4000])
    func `whatever WeChat answers within the default deadline reaches its caller`(milliseconds: Int) async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            for path in [ScriptedStage.template, ScriptedStage.custom, ScriptedStage.read] {
                upstream.on(path) { _ in .ok(after: .milliseconds(milliseconds)) }
            }
        }
        let token = try await stage.weir.token()
        // Two of three are safe to repeat, which must not cost them their answer.
        let results = try await Load.run(90, width: 45, pace: .milliseconds(5), to: stage.weir.api.port) { number in
            switch number % 3 {
            case 0:
                let body = Array(Message.templateBody(to: "o-\(number)").utf8)
                return Load.Call(target: "\(ScriptedStage.template)?access_token=\(token)", body: body)
            case 1:
                let body = Array(Message.customBody(to: "o-\(number)").utf8)
                return Load.Call(target: "\(ScriptedStage.custom)?access_token=\(token)", body: body)
            default:
                return Load.Call(
                    method: "GET",
                    target: "\(ScriptedStage.read)?access_token=\(token)&openid=o-\(number)"
                )
            }
        }
        #expect(Load.codes(results) == [0: 90])
        #expect(stage.upstream.count() == 90)
        #expect(try await stage.breakerMoves() == 0)
    }
}
