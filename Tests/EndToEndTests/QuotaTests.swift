import Foundation
import Testing

/// WeChat's daily quotas before a sandbox that counts as WeChat does.
@Suite struct QuotaTests {
    private static let template = FaultTests.template
    private let clock: SteppedClock

    /// At noon, far from the hours in which other rules hold.
    init() throws {
        clock = try SteppedClock()
        try clock.set(shanghai: 12)
    }

    private func row(_ weir: WeirProcess, _ query: String = "?app=main") async throws -> JSONAny? {
        try await weir.admin.get("/v1/quota" + query).data?["quotas"]?.array
            .first { $0["api"]?.string == QuotaTests.template }
    }

    private func state(_ id: String, _ weir: WeirProcess) async throws -> String {
        let status = try await weir.status(id)
        return (status?["state"]?.string ?? "") + " " + (status?["reason"]?.string ?? "")
    }

    /// Another gateway before the same sandbox, on a folder of its own.
    private func beside(_ stage: Stage) throws -> WeirSettings {
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: stage.sandbox)
        settings.environment = clock.environment
        return settings
    }

    @Test
    func `what WeChat counts is learnt within ten seconds, calls of others with the account included, and forecast`()
        async throws
    {
        let stage = try await Stage.start(clock: clock)
        try await stage.sandbox.allow(1000, of: QuotaTests.template)
        // Another service of the same account, which knows nothing of Weir.
        let rival = try await WeirProcess.start(beside(stage))
        for number in 0..<40 { _ = try await rival.accept(.template(to: "o-rival-\(number)")) }
        try await eventually("the other service has sent") {
            try await stage.sandbox.requests(QuotaTests.template).count == 40
        }
        for number in 0..<20 { _ = try await stage.weir.accept(.template(to: "o-\(number)")) }
        let told = try await eventually("WeChat was asked") { () -> JSONAny? in
            let row = try await row(stage.weir)
            return row?["limit"] == nil ? nil : row
        }
        #expect(told["used"]?.int == 60 && told["left"]?.int == 940 && told["reserve"]?.int == 100)
        let metrics = try await stage.weir.metrics()
        let labels = ["app=\"main\"", "api=\"\(QuotaTests.template)\""]
        #expect(metrics.sum("weir_quota_limit", labels[0], labels[1]) == 1000)
        #expect(metrics.sum("weir_quota_used", labels[0], labels[1]) == 60)
        #expect(metrics.sum("weir_quota_exhaustion_seconds", labels[0], labels[1]) > 0)
        let url = "http://127.0.0.1:\(stage.weir.admin.port)"
        let shown = try await CommandRun.weir(["quota", "--app", "main", "--admin", "--url", url])
        #expect(
            shown.status == 0 && shown.output.contains("60 of 1000 used, 940 left, 100 of them kept"),
            "\(shown.output)"
        )
        #expect(try await stage.weir.admin.get("/v1/quota?app=nobody").status == 404)
        #expect(try await stage.weir.admin.get("/v1/quota?colour=red").status == 422)
    }

    @Test func `a configured quota is not passed, its reserve is for urgent work, and clearing it lets all go`()
        async throws
    {
        let stage = try await Stage.start(clock: clock) {
            $0.quota = "{\(QuotaTests.template): {limit: 10/d, reserve: 0.5}}"
        }
        let weir = stage.weir
        var ids: [String] = []
        for number in 0..<8 { ids.append(try await weir.accept(.template(to: "o-\(number)"))) }
        for id in ids.prefix(5) { try await weir.wait(id, for: "sent") }
        let held = try await state(ids[7], weir)
        #expect(held.hasPrefix("pending quota_reserved"), "\(held)")
        for number in 0..<7 {
            ids.append(try await weir.accept(.template(to: "o-high-\(number)", members: #","priority":"high""#)))
        }
        let last = try #require(ids.last)
        try await eventually("the quota is used up") {
            try await state(last, weir).hasPrefix("pending quota_exhausted")
        }
        #expect(try await stage.sandbox.requests(QuotaTests.template).count == 10)
        let relayed = try await weir.api.post(
            "\(QuotaTests.template)?access_token=\(try await weir.token())",
            Message.templateBody(to: "o-relayed")
        )
        #expect(relayed.json?["errcode"]?.int == 990_005)
        let explained = try await weir.api.call(
            "GET",
            "/v1/messages/\(last)/explain",
            headers: [("Accept", "text/plain")]
        )
        #expect(explained.text.contains("the day's is used up"), "\(explained.text)")

        let url = "http://127.0.0.1:\(weir.admin.port)"
        let cleared = try await CommandRun.weir(["clear-quota", "--app", "main", "--url", url])
        #expect(
            cleared.status == 0 && cleared.output.contains("1 times this month"),
            "\(cleared.output) \(cleared.errors)"
        )
        for id in ids.suffix(7) { try await weir.wait(id, for: "sent") }
        #expect(weir.logged("quotas cleared").count == 1)
        #expect(try await stage.sandbox.shown().allSatisfy { $0.value == 1 })
    }

    @Test func `what the day's quota leaves waits for Shanghai's midnight, says so, and goes then, each once`()
        async throws
    {
        try clock.set(shanghai: 23, 30)
        let stage = try await Stage.start(clock: clock) {
            $0.quota = "{\(QuotaTests.template): {limit: 20/d, reserve: 0}}"
        }
        try await stage.sandbox.allow(20, of: QuotaTests.template)
        var ids: [String] = []
        for number in 0..<30 { ids.append(try await stage.weir.accept(.template(to: "o-\(number)"))) }
        for id in ids.prefix(20) { try await stage.weir.wait(id, for: "sent") }
        for id in ids.suffix(10) {
            let status = try #require(try await stage.weir.status(id))
            #expect(status["state"]?.string == "pending" && status["reason"]?.string == "quota_exhausted")
            let expected = try #require(status["expected_at"]?.string)
            #expect(expected.contains("T16:0"), "\(expected)")
        }
        try clock.set(shanghai: 0, days: 1)
        for id in ids.suffix(10) { try await stage.weir.wait(id, for: "sent") }
        let shown = try await stage.sandbox.shown()
        #expect(shown.count == 30 && shown.allSatisfy { $0.value == 1 })
        #expect(try await row(stage.weir)?["used"]?.int == 10)
    }

    @Test func `the count and the clearings outlive a kill`() async throws {
        let stage = try await Stage.start(clock: clock) {
            $0.quota = "{\(QuotaTests.template): {limit: 40/d, reserve: 0}}"
        }
        #expect(try await stage.weir.admin.post("/v1/apps/main/clear-quota").data?["this_month"]?.int == 1)
        var ids: [String] = []
        for number in 0..<25 { ids.append(try await stage.weir.accept(.template(to: "o-\(number)"))) }
        for id in ids { try await stage.weir.wait(id, for: "sent") }
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)
        #expect(try await row(weir)?["used"]?.int == 25)
        for number in 0..<20 { ids.append(try await weir.accept(.template(to: "o-late-\(number)"))) }
        try await eventually("the quota is used up") { try await row(weir)?["left"]?.int == 0 }
        #expect(try await stage.sandbox.requests(QuotaTests.template).count == 40)
        #expect(try await weir.admin.post("/v1/apps/main/clear-quota").data?["this_month"]?.int == 2)
    }

    @Test func `what can't be cleared is said, and why`() async throws {
        let stage = try await Stage.start(clock: clock)
        let weir = stage.weir
        #expect(try await weir.admin.post("/v1/apps/nobody/clear-quota").status == 404)
        _ = try await weir.admin.post("/v1/apps/main/pause")
        let paused = try await weir.admin.post("/v1/apps/main/clear-quota")
        #expect(paused.status == 503 && paused.json?["message"]?.string == "WeChat was not asked: paused")
        _ = try await weir.admin.post("/v1/apps/main/resume")
        // It is asked once, whatever comes of it: a repeat could be another of the ten.
        let path = "/cgi-bin/clear_quota"
        try await stage.sandbox.fault(#""kind":"reset_after_accept","api":"\#(path)""#)
        #expect(try await weir.admin.post("/v1/apps/main/clear-quota").status == 503)
        #expect(try await stage.sandbox.requests(path).count == 1)
        try await stage.sandbox.endFaults()
        for _ in 0..<9 { #expect(try await weir.admin.post("/v1/apps/main/clear-quota").status == 200) }
        for asked in [11, 11] {
            let none = try await weir.admin.post("/v1/apps/main/clear-quota")
            #expect(none.status == 409 && none.json?["message"]?.string?.contains("ten times a month") == true)
            #expect(try await stage.sandbox.requests(path).count == asked)
        }
    }
}
