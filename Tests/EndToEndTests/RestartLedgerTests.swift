import Foundation
import Testing

/// What is stopped before a kill is stopped after it, and told the same.
@Suite struct RestartLedgerTests {
    /// Apps beside `main`, which is never stopped.
    private static let apps = ["paused", "forced", "parked", "held", "refused", "broken"]

    private static func configure(_ settings: inout WeirSettings) {
        settings.apps = apps.enumerated().map { number, name in
            """
              \(name):
                appid: wx00000000000000\(10 + number)
                secret: "\(SandboxProcess.secret)"
                hosts: ["http://127.0.0.1:\(settings.upstream)"]
            """
        }.joined(separator: "\n")
        settings.sections = """
            breaker: {minimum_calls: 5, open: 5m, open_max: 10m, probes: 1}
            retry:
              available: {attempts: 1, ladder: [1h], max_age: 6h}
            """
    }

    /// WeChat's answer by the app that sends, whose name is the recipient's beginning.
    private static func answer(_ request: ScriptedRequest) -> ScriptedReply {
        switch request.member("touser")?.prefix(while: { $0 != "-" }) {
        case "parked": .errcode(45009)
        case "held": .errcode(48001)
        case "refused": .errcode(50002)
        case "broken": .errcode(-1)
        default: .ok()
        }
    }

    private func accept(_ app: String, _ number: Int, on weir: WeirProcess) async throws -> String {
        try await weir.accept(.template(to: "\(app)-\(number)", members: ",\"app\":\"\(app)\""))
    }

    private func state(_ weir: WeirProcess) async throws -> JSONAny {
        try #require(try await weir.admin.get("/v1/state").data)
    }

    private func find(_ list: String, _ app: String, in state: JSONAny) -> JSONAny? {
        state[list]?.array.first { $0["app"]?.string == app || $0["name"]?.string == app }
    }

    /// Stops every app but `main` in its own way.
    private func stopAll(_ stage: ScriptedStage) async throws {
        let weir = stage.weir
        let sent = try await accept("forced", 1, on: weir)
        try await weir.wait(sent, for: "sent")
        let breaker = try #require(find("breakers", "forced", in: try await state(weir))?["name"]?.string)
        let why = [(name: "X-Weir-Reason", value: "moving house")]
        let forced = try await weir.admin.call("POST", "/v1/breakers/\(breaker)/open", headers: why)
        #expect(forced.data?["kept"]?.bool == true)
        let paused = try await weir.admin.call("POST", "/v1/apps/paused/pause", headers: why)
        #expect(paused.data?["kept"]?.bool == true)
        for app in ["parked", "held", "refused"] { _ = try await accept(app, 1, on: weir) }
        // An account is refused when two different calls are.
        _ = try await accept("refused", 2, on: weir)
        for number in 1...5 { _ = try await accept("broken", number, on: weir) }
        try await eventually("all of them were stopped") { () -> Bool in
            let now = try await state(weir)
            return find("lanes", "parked", in: now)?["park"] != nil
                && find("lanes", "held", in: now)?["hold"] != nil
                && find("apps", "refused", in: now)?["hold"] != nil
                && find("breakers", "broken", in: now)?["state"]?.string == "open"
        }
        // None for the broken one: it would be a probe after the restart.
        for app in RestartLedgerTests.apps where app != "broken" { _ = try await accept(app, 9, on: weir) }
    }

    /// What `/v1/state` says of an app, its first lane and breaker, but for how much waits and what passes.
    private func told(_ app: String, _ state: JSONAny) -> [String: String] {
        var told: [String: String] = [:]
        for (list, names) in [
            ("apps", ["paused", "pause", "held", "hold"]), ("lanes", ["park", "hold"]),
            ("breakers", ["name", "mode", "reason", "since", "state"]),
        ] {
            let entry = find(list, app, in: state)
            for name in names {
                guard let value = entry?[name] else { continue }
                told["\(list) \(name)"] = value.string ?? value.bool.map(String.init)
                for part in ["reason", "since", "until"] {
                    guard let text = value[part]?.string else { continue }
                    // Read on two clocks, one after the other: to the second.
                    told["\(list) \(name) \(part)"] = part == "until" ? String(text.prefix(18)) : text
                }
            }
        }
        return told
    }

    @Test func `after a kill each is stopped as before, says why and since when, and sends nothing`() async throws {
        let stage = try await ScriptedStage.start {
            RestartLedgerTests.configure(&$0)
        } script: {
            $0.on(ScriptedStage.template, RestartLedgerTests.answer)
        }
        try await stopAll(stage)
        let before = try await state(stage.weir)
        let asked = stage.upstream.requests(ScriptedStage.template).count
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)

        let after = try await state(weir)
        for app in RestartLedgerTests.apps {
            var expected = told(app, before)
            #expect(!expected.isEmpty)
            if app == "broken" { expected["breakers state"] = "half_open" }
            // Where no lane was, none is made.
            if app == "paused" { expected = expected.filter { $0.key.hasPrefix("apps") } }
            #expect(told(app, after).filter { expected[$0.key] != nil } == expected, "\(app)")
        }
        #expect(told("paused", after)["apps pause reason"] == "moving house")
        #expect(told("forced", after)["breakers reason"] == "moving house")
        #expect(told("parked", after)["lanes park reason"] == "errcode 45009")
        #expect(told("held", after)["lanes hold reason"] == "errcode 48001")
        #expect(told("refused", after)["apps hold reason"] == "errcode 50002")
        #expect(told("broken", after)["breakers reason"] == "failure_rate")
        #expect(after["ledger"]?["entries"]?.int == 6)
        #expect(after["ledger"]?["written"]?.bool == true)

        // `main` goes on: what was ready to leave has left by now.
        let free = try await accept("main", 1, on: weir)
        try await weir.wait(free, for: "sent")
        let since = stage.upstream.requests(ScriptedStage.template).dropFirst(asked).compactMap { $0.member("touser") }
        #expect(since == ["main-1"])
    }

    @Test func `an operator's word after the kill lets it go, and the next start knows nothing of it`() async throws {
        let stage = try await ScriptedStage.start {
            RestartLedgerTests.configure(&$0)
        } script: {
            $0.on(ScriptedStage.template, RestartLedgerTests.answer)
        }
        try await stopAll(stage)
        try await stage.weir.crash()
        stage.upstream.on(ScriptedStage.template) { _ in .ok() }
        let weir = try await WeirProcess.start(stage.settings)
        let breaker = try #require(find("breakers", "forced", in: try await state(weir))?["name"]?.string)
        _ = try await weir.admin.post("/v1/breakers/\(breaker)/auto")
        for app in RestartLedgerTests.apps { _ = try await weir.admin.post("/v1/apps/\(app)/resume") }
        _ = try await accept("broken", 9, on: weir)
        for app in RestartLedgerTests.apps {
            try await eventually("the messages of \(app) went") { () -> Bool in
                stage.upstream.requests(ScriptedStage.template).contains { $0.member("touser") == "\(app)-9" }
            }
        }
        try await eventually("nothing is kept any more") { () -> Bool in
            try await state(weir)["ledger"]?["entries"]?.int == 0
        }
        try await weir.crash()
        let last = try await WeirProcess.start(stage.settings)
        let after = try await state(last)
        let breakers = after["breakers"]?.array ?? []
        #expect(breakers.allSatisfy { $0["state"]?.string == "closed" && $0["mode"]?.string == "auto" }, "\(after)")
        #expect(after["apps"]?.array.contains { $0["paused"]?.bool == true || $0["held"] != nil } == false)
    }
}
