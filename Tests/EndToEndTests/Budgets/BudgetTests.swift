import Foundation
import Testing

/// Clients' daily budgets, through the built program.
@Suite struct BudgetTests {
    private static let template = FaultTests.template
    private static let headers =
        Stage.authorization(of: "orders") + [(name: "Content-Type", value: "application/json")]

    private static func budgets(_ limit: Int, _ more: String = "") -> String {
        Stage.clients([
            "orders": ", budgets: [{app: main, api: \(template), limit: \(limit)/d\(more)}]", "billing": "",
        ])
    }

    private static func start(_ limit: Int, _ more: String = "") async throws -> Stage {
        try await Stage.start { $0.sections = budgets(limit, more) }
    }

    private func state(_ weir: WeirProcess) async throws -> JSONAny? {
        try await weir.admin.get("/v1/state").data?["budgets"]?.array.first
    }

    private func send(_ weir: WeirProcess, _ openID: String, members: String = "") async throws -> Answer {
        try await weir.send(.template(to: openID, members: members), headers: Self.headers)
    }

    /// Sends until one is refused, by several at once.
    ///
    /// - Returns: how many were accepted.
    private func sendUntilRefused(_ weir: WeirProcess, _ prefix: String, atMost: Int = .max) async throws -> Int {
        let accepted = Counter(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    for number in 0... {
                        guard accepted.next(0) < atMost else { return }
                        let answer = try await send(weir, "\(prefix)-\(sender)-\(number)")
                        guard answer.status == 202 || answer.status == 200 else {
                            #expect(answer.status == 429 && answer.json?["error"]?.string == "budget_exceeded")
                            return
                        }
                        _ = accepted.next(1)
                    }
                }
            }
            try await group.waitForAll()
        }
        return accepted.next(0)
    }

    @Test
    func `a budget is kept over messages and relayed calls, and told in every answer, state, metrics and explain`()
        async throws
    {
        let stage = try await Self.start(4, ", soft: 0.5")
        let weir = stage.weir
        let first = try await send(weir, "o-1")
        #expect(first.status == 202)
        #expect(first.header("RateLimit-Policy") == #""budget";q=4;w=86400"#)
        #expect(first.header("RateLimit")?.hasPrefix(#""budget";r=3;t="#) == true)
        let token = try await weir.token(secret: Stage.key(of: "orders"))
        let call = "\(Self.template)?access_token=\(token)"
        for left in [2, 1] {
            let relayed = try await weir.api.post(call, Message.templateBody(to: "o-relayed-\(left)"))
            #expect(relayed.json?["errcode"]?.int == 0)
            #expect(relayed.header("RateLimit")?.hasPrefix(#""budget";r=\#(left);t="#) == true)
        }
        let id = try #require(first.data?["id"]?.string)
        let explained = try await weir.api.call("GET", "/v1/messages/\(id)/explain", headers: Self.headers)
        #expect(explained.data?["budgets"]?.array.first?.string?.contains("3 of 4 used") == true)
        #expect(try await send(weir, "o-2").status == 202)

        let refused = try await send(weir, "o-3")
        #expect(refused.status == 429 && refused.json?["error"]?.string == "budget_exceeded")
        #expect(refused.json?["resets_at"]?.string?.hasSuffix("T16:00:00.000Z") == true)
        #expect(refused.header("Retry-After").flatMap { Int($0) } == refused.json?["retry_after"]?.int)
        #expect(refused.header("RateLimit")?.hasPrefix(#""budget";r=0;t="#) == true)
        let relayed = try await weir.api.post(call, Message.templateBody(to: "o-relayed"))
        #expect(relayed.json?["errcode"]?.int == 990_013)
        // Another client's, and another api's, go.
        let billing = Stage.authorization(of: "billing") + [(name: "Content-Type", value: "application/json")]
        #expect(try await weir.send(.template(to: "o-4"), headers: billing).header("RateLimit") == nil)
        #expect(try await weir.send(.custom(to: "o-5"), headers: Self.headers).status == 202)

        let budget = try #require(try await state(weir))
        #expect(budget["used"]?.int == 4 && budget["left"]?.int == 0 && budget["refused"]?.int == 2)
        #expect(budget["soft_passed"]?.bool == true && budget["limit"]?.int == 4)
        let metrics = try await weir.metrics()
        #expect(metrics.sum("weir_budget_used_ratio", "client=\"orders\"") == 1)
        #expect(metrics.sum("weir_budget_refusals_total", "client=\"orders\"", "mode=\"enforce\"") == 2)
        #expect(weir.logged("a budget's soft limit is passed").count == 1)
        #expect(weir.logged("a budget is used up").count == 1)
        try await eventually("what was accepted is sent") {
            try await stage.sandbox.requests(Self.template).count == 5
        }
    }

    @Test func `killed while it accepts, it accepts no more than the budget in both lives together`() async throws {
        let limit = 600
        let stage = try await Self.start(limit)
        let before = try await Self.killed(stage.weir, after: 250, prefix: "o-first", headers: Self.headers)
        let weir = try await WeirProcess.start(stage.settings)
        let used = try #require(try await state(weir)?["used"]?.int)
        // What was in flight may have been accepted without an answer; of a block a hundredth may be lost.
        #expect(used >= before.accepted && used <= before.accepted + before.unsure + limit / 100)
        let after = try await sendUntilRefused(weir, "o-second")
        #expect(before.accepted + after <= limit)
        #expect(before.accepted + before.unsure + after >= limit - limit / 100)
        try await eventually("all are sent") { try await weir.metrics().sum("weir_queue_depth") == 0 }
        #expect(try await stage.sandbox.shown().count <= limit)
        #expect(try await send(weir, "o-late").status == 429)
    }

    /// Sends by several at once, and kills the gateway meanwhile.
    ///
    /// - Returns: how many were accepted, and of how many nobody knows.
    private static func killed(
        _ weir: WeirProcess,
        after count: Int,
        prefix: String,
        headers: [(name: String, value: String)]
    ) async throws -> (accepted: Int, unsure: Int) {
        let (accepted, unsure) = (Counter(0), Counter(0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    for number in 0... {
                        let message = Message.template(to: "\(prefix)-\(sender)-\(number)")
                        guard let answer = try? await weir.send(message, headers: headers) else {
                            _ = unsure.next(1)
                            return
                        }
                        if answer.status == 202 || answer.status == 200 { _ = accepted.next(1) }
                    }
                }
            }
            try await eventually("enough are accepted") { accepted.next(0) >= count }
            try await weir.crash()
            try await group.waitForAll()
        }
        return (accepted.next(0), unsure.next(0))
    }

    @Test func `what is cancelled is given back, also after a kill`() async throws {
        let stage = try await Self.start(2)
        let far = ",\"not_before\":\"2030-01-01T00:00:00Z\""
        var ids: [String] = []
        for number in 0..<2 {
            let answer = try await send(stage.weir, "o-\(number)", members: far)
            ids.append(try #require(answer.data?["id"]?.string))
        }
        #expect(try await send(stage.weir, "o-3").status == 429)
        let cancelled = try await stage.weir.api.call("DELETE", "/v1/messages/\(ids[0])", headers: Self.headers)
        #expect(cancelled.status == 200)
        #expect(try await send(stage.weir, "o-4", members: far).status == 202)
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)
        #expect(try await state(weir)?["used"]?.int == 2)
        #expect(try await weir.api.call("DELETE", "/v1/messages/\(ids[1])", headers: Self.headers).status == 200)
        // Whose it was is read from the disk.
        try await eventually("it is given back") { try await state(weir)?["used"]?.int == 1 }
        #expect(try await send(weir, "o-5").status == 202)
    }

    @Test func `what was counted and cancelled is not charged again after a kill`() async throws {
        let stage = try await Self.start(200)
        for number in 0..<20 {
            let answer = try await send(stage.weir, "o-\(number)", members: ",\"not_before\":\"2030-01-01T00:00:00Z\"")
            let id = try #require(answer.data?["id"]?.string)
            let cancelled = try await stage.weir.api.call("DELETE", "/v1/messages/\(id)", headers: Self.headers)
            #expect(cancelled.status == 200)
        }
        #expect(try await state(stage.weir)?["used"]?.int == 0)
        // It is written down within a second.
        try await Task.sleep(for: .seconds(2.5))
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)
        #expect(try #require(try await state(weir)?["used"]?.int) < 2)
    }

    @Test func `a shadow refuses nothing and counts, and a restart in peace keeps the exact count`() async throws {
        let stage = try await Self.start(2, ", mode: shadow")
        for number in 0..<5 { #expect(try await send(stage.weir, "o-\(number)").status == 202) }
        let budget = try #require(try await state(stage.weir))
        #expect(budget["used"]?.int == 5 && budget["refused"]?.int == 3 && budget["mode"]?.string == "shadow")
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_budget_refusals_total", "mode=\"shadow\"") == 3)
        #expect(try await stage.weir.stop() == 0)
        var settings = stage.settings
        settings.sections = Self.budgets(100_000)
        let weir = try await WeirProcess.start(settings)
        #expect(try await state(weir)?["used"]?.int == 5)
        #expect(try await send(weir, "o-one-more").status == 202)
        #expect(try await weir.stop() == 0)
        let next = try await WeirProcess.start(settings)
        #expect(try await state(next)?["used"]?.int == 6)
    }
}
