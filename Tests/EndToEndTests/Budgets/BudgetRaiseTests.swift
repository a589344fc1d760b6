import Foundation
import Testing

/// Budgets that operators raise for a time.
@Suite struct BudgetRaiseTests {
    private static let template = FaultTests.template
    private static let headers =
        Stage.authorization(of: "orders") + [(name: "Content-Type", value: "application/json")]
    private static let clients = Stage.clients([
        "orders": ", budgets: [{app: main, api: \(template), limit: 1/d}, {api: \"*\", limit: 50/d}]", "billing": "",
    ])

    private func send(_ weir: WeirProcess, _ openID: String) async throws -> Int {
        try await weir.send(.template(to: openID), headers: Self.headers).status
    }

    private func raise(_ weir: WeirProcess, limit: Int, until: Date) async throws -> CommandRun {
        try await CommandRun.weir([
            "raise", "--client", "orders", "--api", Self.template, "--limit", "\(limit)",
            "--until", ISO8601DateFormatter().string(from: until), "--reason", "a sale",
            "--url", "http://127.0.0.1:\(weir.admin.port)",
        ])
    }

    @Test func `a raise lets more go, outlives a kill, and ends at its time`() async throws {
        let stage = try await Stage.start { $0.sections = Self.clients }
        #expect(try await send(stage.weir, "o-1") == 202)
        #expect(try await send(stage.weir, "o-2") == 429)
        let run = try await raise(stage.weir, limit: 3, until: Date().addingTimeInterval(3600))
        #expect(run.status == 0 && run.output.contains("orders: 1 of 3 used, until "), "\(run.output) \(run.errors)")
        #expect(try await send(stage.weir, "o-3") == 202)
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)
        let budget = try await weir.admin.get("/v1/state").data?["budgets"]?.array
            .first { $0["api"]?.string == Self.template }
        #expect(budget?["limit"]?.int == 3 && budget?["raise"]?["configured_limit"]?.int == 1)
        #expect(budget?["raise"]?["reason"]?.string == "a sale")
        #expect(try await send(weir, "o-4") == 202)
        #expect(try await send(weir, "o-5") == 429)
        // Another in its place, which ends soon.
        let short = try await raise(weir, limit: 100, until: Date().addingTimeInterval(2))
        #expect(short.status == 0, "\(short.errors)")
        #expect(try await send(weir, "o-6") == 202)
        try await eventually("the raise is over") { weir.logged("a budget's raise is over").count == 1 }
        #expect(try await send(weir, "o-7") == 429)
        let again = try await Self.restart(weir, stage.settings)
        #expect(try await send(again, "o-8") == 429)
    }

    private static func restart(_ weir: WeirProcess, _ settings: WeirSettings) async throws -> WeirProcess {
        try await weir.crash()
        return try await WeirProcess.start(settings)
    }

    /// A body, the status, and the field that is named.
    static let wrong: [(body: String, status: Int, field: String?)] = [
        ("not JSON", 400, nil), (#"{"limit":9,"until":"2030-01-01T00:00:00Z"}"#, 422, "api"),
        (#"{"api":"*","limit":60}"#, 422, "until"), (#"{"api":"*","limit":60,"until":"tomorrow"}"#, 422, "until"),
        (#"{"api":"*","limit":60,"until":"2020-01-01T00:00:00Z"}"#, 422, "until"),
        (#"{"api":"*","limit":60,"until":"2099-01-01T00:00:00Z"}"#, 422, "until"),
        (#"{"api":"*","limit":"many","until":"SOON"}"#, 422, "limit"),
        (#"{"api":"*","limit":50,"until":"SOON"}"#, 422, "limit"),
        (#"{"api":"*","limit":2000000000,"until":"SOON"}"#, 422, "limit"),
        (#"{"api":"/cgi-bin/menu/get","limit":60,"until":"SOON"}"#, 404, "api"),
        (#"{"api":"*","colour":"red","limit":60,"until":"SOON"}"#, 422, "colour"),
    ]

    @Test func `what can't be raised is said, with the field`() async throws {
        let stage = try await Stage.start { $0.sections = Self.clients }
        let soon = ISO8601DateFormatter().string(from: Date().addingTimeInterval(600))
        for (body, status, field) in Self.wrong {
            let body = body.replacingOccurrences(of: "SOON", with: soon)
            let answer = try await stage.weir.admin.post("/v1/clients/orders/raise", body)
            #expect(answer.status == status && answer.field == field, "\(body): \(answer.text)")
        }
        let good = #"{"api":"*","limit":"60/d","until":"\#(soon)"}"#
        #expect(try await stage.weir.admin.post("/v1/clients/nobody/raise", good).status == 404)
        #expect(try await stage.weir.api.post("/v1/clients/orders/raise", good).status == 404)
        let raised = try await stage.weir.admin.post("/v1/clients/orders/raise", good)
        #expect(raised.status == 200 && raised.data?["limit"]?.int == 60 && raised.data?["kept"]?.bool == true)
    }
}
