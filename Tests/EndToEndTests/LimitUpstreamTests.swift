import Testing

/// The limiter before WeChat, seen from WeChat.
@Suite(.serialized)
struct LimitUpstreamTests {
    private static let send = "/cgi-bin/message/template/send"

    @Test func `of 200 calls at once WeChat never sees more than the bucket allows`() async throws {
        let stage = try await Stage.start { $0.limits = "{\(Self.send): {rate: 10/s, burst: 5}}" }
        let token = try await stage.weir.token()
        // The first call makes the connection, so that what follows needs about the same time on its way.
        _ = try await stage.weir.api.post("\(Self.send)?access_token=\(token)", Message.templateBody(to: "o-first"))
        try await eventually("the bucket is full") { try await lane(stage)?["permits"]?.int == 5 }
        let before = try await stage.sandbox.requests(Self.send).count
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await stage.weir.api.post(
                        "\(Self.send)?access_token=\(token)",
                        Message.templateBody(to: "o-\(number)")
                    )
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let sent = answers.filter { $0.errcode == 0 }
        let late = answers.filter { $0.errcode == 990_001 }
        // A call whose permit comes in its last milliseconds is sent and then cut off.
        let cut = answers.filter { $0.errcode == 990_003 }
        #expect(sent.count + late.count + cut.count == 200)
        #expect(cut.count <= 3)
        // 5 at once and 10 a second for the 4.5 seconds that calls wait: 50; some may have begun to wait late.
        #expect(30...65 ~= sent.count)
        for answer in late {
            #expect(answer.status == 200)
            #expect((answer.retryAfter ?? 0) >= 1)
            #expect(answer.json?["errmsg"]?.string?.contains(" rid: ") == true)
        }
        let times = try await stage.sandbox.requests(Self.send).dropFirst(before).compactMap { $0["at_us"]?.int }
        #expect(times.count == sent.count + cut.count)
        expectAtMost(burst: 5, perSecond: 10, in: times)
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_limiter_permits_total", "api=\"\(Self.send)\"") == Double(times.count + 1))
        #expect(metrics.sum("weir_relay_refusals_total", "errcode=\"990001\"") == Double(late.count))
    }

    /// Every interval between two arrivals holds at most burst + rate × its length, and half a second's worth for what the way
    /// from the permit to the sandbox's clock may differ by.
    private func expectAtMost(burst: Int, perSecond rate: Double, in times: [Int]) {
        let times = times.sorted()
        for (first, start) in times.enumerated() {
            for (last, end) in times.enumerated() where last >= first {
                let allowed = Double(burst) + rate * (Double(end - start) / 1_000_000 + 0.5)
                guard Double(last - first + 1) > allowed else { continue }
                Issue.record("\(last - first + 1) calls within \(end - start) µs")
                return
            }
        }
    }

    private func lane(_ stage: Stage) async throws -> JSONAny? {
        try await stage.weir.admin.get("/v1/state").data?["lanes"]?.array.first { $0["api"]?.string == Self.send }
    }

    @Test func `urgent calls overtake low ones that wait for a permit`() async throws {
        let stage = try await Stage.start { $0.limits = "{\(Self.send): {rate: 1/s, burst: 1}}" }
        let token = try await stage.weir.token()
        let target = "\(Self.send)?access_token=\(token)"
        let call = { @Sendable (openID: String, priority: String) async throws -> Answer in
            try await stage.weir.api.call(
                "POST",
                target,
                headers: [("X-Weir-Priority", priority), ("X-Weir-Timeout", "60")],
                body: Message.templateBody(to: openID)
            )
        }
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for number in 0..<6 { group.addTask { try await call("o-low-\(number)", "low") } }
            try await eventually("the low ones wait") {
                let waiting = try await lane(stage)?["waiting"]?.int ?? 0
                return try await stage.sandbox.deliveries().count + waiting >= 6
            }
            for number in 0..<3 { group.addTask { try await call("o-urgent-\(number)", "urgent") } }
            for try await answer in group { #expect(answer.errcode == 0) }
        }
        let order = try await stage.sandbox.deliveries().compactMap { $0["openid"]?.string }
        #expect(order.count == 9)
        let afterTheFirstUrgent = order.drop { !$0.hasPrefix("o-urgent") }
        #expect(afterTheFirstUrgent.prefix(3).allSatisfy { $0.hasPrefix("o-urgent") }, "\(order)")
        #expect(afterTheFirstUrgent.count > 3, "no low call was left to be overtaken")
    }
}
