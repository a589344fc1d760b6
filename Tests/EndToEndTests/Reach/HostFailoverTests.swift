import Testing

/// An app with two hosts, of which the first goes dark.
@Suite struct HostFailoverTests {
    /// How a host goes dark.
    enum Darkness: String, CaseIterable, Sendable {
        /// Nobody listens.
        case refused
        /// No connection comes about: packets get lost.
        case deaf
        /// Calls arrive, and no answer comes back.
        case mute
    }

    private static let template = ScriptedStage.template

    private func stage(_ first: Int, _ sandbox: SandboxProcess) async throws -> Stage {
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.upstreams = [first, sandbox.http.port]
        settings.sections = Stage.clients(["shop": ""]) + "upstream: {connect_timeout: 1s}\n"
        return Stage(settings: settings, sandbox: sandbox, weir: try await WeirProcess.start(settings))
    }

    private func hosts(_ weir: WeirProcess) async throws -> [(isInUse: Bool, breaker: String)] {
        let apps = try await weir.admin.get("/v1/state").data?["apps"]?.array
        let hosts = apps?.first { $0["name"]?.string == "main" }?["hosts"]?.array ?? []
        return hosts.map { ($0["in_use"]?.bool ?? false, $0["breaker"]?.string ?? "") }
    }

    private func post(_ names: [String], to weir: WeirProcess) async throws -> [String] {
        var ids: [String] = []
        for name in names {
            let answer = try await weir.send(.template(to: name), headers: Stage.authorization(of: "shop"))
            ids.append(try #require(answer.data?["id"]?.string, "\(answer.text)"))
        }
        return ids
    }

    private func state(_ id: String, _ weir: WeirProcess) async throws -> String? {
        try await weir.api.call("GET", "/v1/messages/\(id)", headers: Stage.authorization(of: "shop")).data?["state"]?
            .string
    }

    @Test(arguments: Darkness.allCases)
    func `sends go on through the second host, none is shown twice, and they return when the first is well`(
        how: Darkness
    ) async throws {
        let sandbox = try await SandboxProcess.start()
        let way = try SwitchedWay(to: sandbox.http.port)
        let deaf = try ListeningSocket(backlog: 0)
        let filler = try Socket(port: deaf.port)
        let closed = try ListeningSocket().port
        let first = how == .mute ? way.port : how == .deaf ? deaf.port : closed
        let stage = try await stage(first, sandbox)
        let token = try await stage.weir.token(secret: Stage.key(of: "shop"))
        if how == .mute {
            let before = try await post(["o-before"], to: stage.weir)
            try await eventually("the first host is in use") { try await state(before[0], stage.weir) == "sent" }
            #expect(try await hosts(stage.weir).map(\.isInUse) == [true, false])
            way.cut()
        }
        let names = (0..<20).map { "o-message-\($0)" }
        let ids = try await post(names, to: stage.weir)
        let target = "\(HostFailoverTests.template)?access_token=\(token)"
        // A relayed call that is on its way when the host goes dark, and those that come after.
        for number in 0..<5 {
            let answer = try await stage.weir.api.post(target, Message.templateBody(to: "o-relayed-\(number)"))
            #expect(answer.errcode == 0, "\(number): \(answer.text)")
        }
        for id in ids { try await eventually("\(id) is sent") { try await state(id, stage.weir) == "sent" } }
        #expect(try await hosts(stage.weir).last?.isInUse == true)
        #expect(try await stage.weir.metrics().sum("weir_app_detours", "app=\"main\"") == 1)
        let shown = try await sandbox.shown()
        #expect(names.allSatisfy { shown[$0] == 1 }, "\(shown)")
        #expect((0..<5).allSatisfy { shown["o-relayed-\($0)"] == 1 }, "\(shown)")
        guard how == .mute else { return filler.endBoth() }
        way.mend()
        try await eventually("the first host is in use again") {
            try await hosts(stage.weir).map(\.isInUse) == [true, false]
        }
        let answers = way.answers
        let after = try await post(["o-after"], to: stage.weir)
        try await eventually("it is sent") { try await state(after[0], stage.weir) == "sent" }
        #expect(way.answers > answers)
        #expect(try await stage.weir.metrics().sum("weir_app_detours", "app=\"main\"") == 0)
        #expect(try await sandbox.shown().values.allSatisfy { $0 == 1 })
    }

    @Test func `while both hosts are dark everything waits, and goes by the one that is well first`() async throws {
        let sandbox = try await SandboxProcess.start()
        let ways = [try SwitchedWay(to: sandbox.http.port), try SwitchedWay(to: sandbox.http.port)]
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.upstreams = ways.map(\.port)
        settings.sections = Stage.clients(["shop": ""]) + "breaker: {minimum_calls: 3, open: 1s, open_max: 2s}\n"
        let weir = try await WeirProcess.start(settings)
        let first = try await post(["o-first"], to: weir)
        try await eventually("it is sent") { try await state(first[0], weir) == "sent" }
        for way in ways { way.cut() }
        let names = (0..<10).map { "o-\($0)" }
        let ids = try await post(names, to: weir)
        try await eventually("both breakers are open") {
            try await hosts(weir).allSatisfy { $0.breaker != "closed" }
        }
        ways[1].mend()
        for id in ids { try await eventually("\(id) is sent") { try await state(id, weir) == "sent" } }
        #expect(try await sandbox.shown().values.allSatisfy { $0 == 1 })
    }
}
