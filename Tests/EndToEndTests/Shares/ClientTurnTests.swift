import Testing

/// Inside one priority the clients take turns.
@Suite struct ClientTurnTests {
    private static let weights = ["campaign": "", "orders": "", "reports": ", weight: 4"] as KeyValuePairs

    private func start() async throws -> Stage {
        try await Stage.start { settings in
            settings.sections = Stage.clients(ClientTurnTests.weights)
            // One after another, so that the order in which they arrive is that in which they left.
            settings.limits = "{default: {rate: 50/s, burst: 1}}"
        }
    }

    private func post(_ count: Int, by client: String, priority: String = "normal", to weir: WeirProcess) async throws {
        for first in stride(from: 0, to: count, by: 100) {
            let messages = (first..<min(count, first + 100))
                .map { Message.template(to: "o-\(client)-\($0)", members: #","priority":"\#(priority)""#).json }
            let answer = try await weir.api.call(
                "POST",
                "/v1/messages:batch",
                headers: Stage.authorization(of: client),
                body: "[\(messages.joined(separator: ","))]"
            )
            #expect(answer.status == 200 || answer.status == 202, "\(answer.text)")
        }
    }

    /// Whose the first messages were that have arrived.
    private func senders(_ count: Int, at stage: Stage) async throws -> [String] {
        let all = try await eventually("\(count) have arrived") { () -> [JSONAny]? in
            let deliveries = try await stage.sandbox.deliveries()
            return deliveries.count >= count ? deliveries : nil
        }
        return all.prefix(count).compactMap {
            $0["openid"]?.string?.split(separator: "-").dropFirst().first.map(String.init)
        }
    }

    @Test func `ten messages of one client leave among the next twenty beside two thousand of another`() async throws {
        let stage = try await start()
        #expect(try await stage.weir.admin.post("/v1/apps/main/pause").status == 200)
        try await post(2000, by: "campaign", to: stage.weir)
        try await post(10, by: "orders", to: stage.weir)
        let waiting = try await stage.weir.api.call(
            "GET",
            "/v1/messages?state=pending&limit=1",
            headers: Stage.authorization(of: "orders")
        )
        let id = try #require(waiting.data?["messages"]?.array.first?["id"]?.string)
        let status = try await stage.weir.api.call(
            "GET",
            "/v1/messages/\(id)",
            headers: Stage.authorization(of: "orders")
        )
        #expect(try #require(status.data?["position"]?.int) <= 20, "\(status.text)")
        // The turns go on where they were.
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)
        #expect(try await weir.admin.post("/v1/apps/main/resume").status == 200)
        #expect(try await senders(22, at: stage).count { $0 == "orders" } == 10)
        try await weir.crash()
    }

    @Test func `clients leave in proportion to their weights, and what is more urgent before all of it`() async throws {
        let stage = try await start()
        #expect(try await stage.weir.admin.post("/v1/apps/main/pause").status == 200)
        try await post(100, by: "orders", to: stage.weir)
        try await post(100, by: "reports", to: stage.weir)
        try await post(5, by: "campaign", priority: "high", to: stage.weir)
        #expect(try await stage.weir.admin.post("/v1/apps/main/resume").status == 200)
        let senders = try await senders(55, at: stage)
        #expect(senders.prefix(5) == ["campaign", "campaign", "campaign", "campaign", "campaign"])
        #expect((38...42).contains(senders.count { $0 == "reports" }), "\(senders)")
    }
}
