import Testing

/// A breaker belongs to its host.
@Suite struct HostTests {
    @Test func `after a reload of hosts the old host's open breaker stops nobody`() async throws {
        let well = try ScriptedUpstream()
        let stage = try await ScriptedStage.start {
            $0.sections = "breaker: {minimum_calls: 5, open: 5m}"
        } script: {
            $0.on(ScriptedStage.custom) { _ in .errcode(-1) }
        }
        let token = try await stage.weir.token()
        func send() async throws -> Int? {
            try await stage.call("POST", ScriptedStage.custom, token: token, body: Message.customBody(to: "o-1"))
                .errcode
        }
        try await eventually("the breaker is open") { try await send() == 990_002 }
        var settings = stage.settings
        settings.upstream = well.port
        try settings.write()
        #expect(try await stage.weir.admin.post("/v1/reload").status == 200)
        #expect(try await send() == 0)
        #expect(well.count(ScriptedStage.custom) == 1)
    }
}
