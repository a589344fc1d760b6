import Foundation
import Testing

/// Each errcode of the table, met by a message of an app of its own: outcome, repeat, breaker, limiter, quota and token keeper are each
/// moved or left alone.
@Suite struct ErrorCodeRowTests {
    /// The breaker opens at the second failure when nothing but failures were counted: so it tells a success from what is not counted.
    private static let sections = """
        breaker: {minimum_calls: 2, failure_rate: 0.9, consecutive_failures: 0, open: 1d, open_max: 1d, window: 1h}
        retry: {available: {attempts: 1, ladder: [1h], max_age: 48h}}
        """

    private func start(_ rows: [ErrorCodeRow]) async throws -> ScriptedStage {
        let codes = Dictionary(uniqueKeysWithValues: rows.map { ($0.app, $0.code) })
        return try await ScriptedStage.start { settings in
            settings.sections = ErrorCodeRowTests.sections
            settings.apps = rows.map { row in
                "  \(row.app): {appid: \(row.appID), secret: \"\(settings.secret)\", hosts: [\"http://127.0.0.1:\(settings.upstream)\"]}"
            }
            .joined(separator: "\n")
        } script: { upstream in
            upstream.on(ScriptedUpstream.stableToken) { request in
                ScriptedUpstream.token("REAL-\(request.member("appid") ?? "")-\(request.number)")
            }
            upstream.on(ScriptedStage.custom) { _ in .errcode(-1) }
            upstream.on(ScriptedStage.template) { request in
                let app = request.target.split(separator: "REAL-wx-").last?.prefix { $0 != "-" } ?? ""
                return .errcode(codes[String(app)] ?? 0)
            }
        }
    }

    /// Hands a message of each app over, and returns their ids. Each to somebody else: what WeChat says of one recipient stops later messages.
    private func send(_ type: String, _ rows: [ErrorCodeRow], _ weir: WeirProcess) async throws -> [String] {
        let items = rows.map { row in
            let openID = "o-\(UUID())"
            let body = type == "custom" ? Message.customBody(to: openID) : Message.templateBody(to: openID)
            return Message(type: type, body: body, members: ",\"app\":\"\(row.app)\"").json
        }
        let answer = try await weir.api.post("/v1/messages:batch", "[\(items.joined(separator: ","))]")
        return try (answer.data?["results"]?.array ?? []).map { try #require($0["id"]?.string, "\($0)") }
    }

    /// What becomes of the messages once each has come as far as `isThere` says.
    private func statuses(
        _ ids: [String],
        _ weir: WeirProcess,
        _ isThere: @Sendable (JSONAny) -> Bool
    ) async throws -> [JSONAny] {
        var statuses: [JSONAny] = []
        for id in ids {
            statuses.append(
                try await eventually("message \(id) has come far enough") {
                    guard let status = try await weir.status(id), isThere(status) else { return nil }
                    return status
                }
            )
        }
        return statuses
    }

    /// A message that was tried once, and of which the end of that is known. One that goes again at once is tried twice.
    @Sendable private func isTried(_ status: JSONAny) -> Bool {
        let attempts = status["attempts"]?.array ?? []
        guard let first = attempts.first, status["state"]?.string != "sending" else { return false }
        return first["outcome"]?.string != "token_rejected" || attempts.count > 1
    }

    @Test func `each row moves what it must, and nothing else`() async throws {
        let rows = try ErrorCodeRow.onMessages()
        let stage = try await start(rows)
        let weir = stage.weir
        _ = try await statuses(try await send("custom", rows, weir), weir, isTried)
        let tried = try await statuses(try await send("template", rows, weir), weir, isTried)
        let state = try #require(try await weir.admin.get("/v1/state").data)
        let opened = try await openings(rows, weir)
        let fetches = stage.upstream.requests(ScriptedUpstream.stableToken)
            .reduce(into: [:]) { $0[$1.member("appid") ?? "", default: 0] += 1 }
        for (row, status) in zip(rows, tried) {
            expect(row, status)
            expect(row, state, fetched: fetches[row.appID] ?? 0)
            #expect(opened[row.app] == (row.breaker == "failure"), "\(row.code): the breaker")
            if row.isParked { try await expectPark(row, weir) }
            try await expectWords(row, weir)
        }
        try await expectUncounted(rows, state, weir)
    }

    private func openings(_ rows: [ErrorCodeRow], _ weir: WeirProcess) async throws -> [String: Bool] {
        let breakers = try await weir.admin.get("/v1/state").data?["breakers"]?.array ?? []
        return breakers.reduce(into: [:]) { opened, breaker in
            guard breaker["group"]?.string == "message", let app = breaker["app"]?.string else { return }
            opened[app] = breaker["state"]?.string != "closed"
        }
    }

    private func expect(_ row: ErrorCodeRow, _ status: JSONAny) {
        let attempts = status["attempts"]?.array ?? []
        #expect(attempts.first?["outcome"]?.string == row.outcome, "\(row.code)")
        #expect(row.isRepeated || attempts.count == 1, "\(row.code)")
        #expect(status["state"]?.string == row.state, "\(row.code)")
        guard row.isRepeated else { return }
        let reason = status["reason"]?.string ?? ""
        #expect(row.reasons.contains { reason.hasPrefix($0) }, "\(row.code) waits: \(reason)")
    }

    /// The lane's limiter and quota, the api's or the app's hold, and the token keeper.
    private func expect(_ row: ErrorCodeRow, _ state: JSONAny, fetched: Int) {
        let lanes = state["lanes"]?.array.filter { $0["app"]?.string == row.app } ?? []
        let lane = lanes.first { $0["api"]?.string == ScriptedStage.template }
        if !row.isParked { #expect(lane?["park"] == nil, "\(row.code): the park") }
        // WeChat's word stops its own api alone.
        #expect(lanes.allSatisfy { $0["api"]?.string == ScriptedStage.template || $0["park"] == nil }, "\(row.code)")
        let isHeld = row.outcome == "account" && row.scope == "api"
        #expect((lane?["hold"]?["reason"]?.string == "errcode \(row.code)") == isHeld, "\(row.code): the hold")
        let app = state["apps"]?.array.first { $0["name"]?.string == row.app }
        if row.outcome != "account" || row.scope != "app" { #expect(app?["hold"] == nil, "\(row.code): the app") }
        #expect((fetched > 1) == (row.outcome == "token_rejected"), "\(row.code): \(fetched) tokens")
    }

    /// The lane waits for WeChat's own counter. At the turn of a minute it is tried again, and parked anew.
    private func expectPark(_ row: ErrorCodeRow, _ weir: WeirProcess) async throws {
        try await eventually("\(row.code) parks its lane") {
            let lanes = try await weir.admin.get("/v1/state").data?["lanes"]?.array ?? []
            let lane = lanes.first { $0["app"]?.string == row.app && $0["api"]?.string == ScriptedStage.template }
            return lane?["park"]?["reason"]?.string == "errcode \(row.code)"
        }
    }

    /// Weir says of the code what it does.
    private func expectWords(_ row: ErrorCodeRow, _ weir: WeirProcess) async throws {
        let told = try await weir.api.get("/v1/errcodes/\(row.code)?api=\(ScriptedStage.template)").data
        #expect(told?["errcode"]?.int == row.code)
        #expect(told?["known"] == .bool(true))
        #expect(told?["outcome"]?.string == row.outcome, "\(row.code)")
        #expect(told?["scope"]?.string == row.scope, "\(row.code)")
        #expect(told?["retried"] == .bool(row.isRepeated), "\(row.code)")
    }

    /// A second failure opens the breaker where the code was not counted, and not where it was a success.
    private func expectUncounted(_ rows: [ErrorCodeRow], _ state: JSONAny, _ weir: WeirProcess) async throws {
        let apps = state["apps"]?.array ?? []
        let held = Set(apps.filter { $0["hold"] != nil }.compactMap { $0["name"]?.string })
        let open = rows.filter { $0.breaker != "failure" && !held.contains($0.app) }
        _ = try await statuses(try await send("custom", open, weir), weir, isTried)
        let opened = try await openings(open, weir)
        for row in open { #expect(opened[row.app] == (row.breaker == "ignored"), "\(row.code) is \(row.breaker)") }
    }
}
