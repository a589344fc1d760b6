import Foundation
import Testing

/// wechatpy as it comes from PyPI, its two base addresses pointed at the gateway.
@Suite struct SDKTests {
    private static let rounds = 40
    private static let keys = ["orders-0123456789abcdef", "billing-0123456789abcdef"]

    private func settings(_ sandbox: SandboxProcess) throws -> WeirSettings {
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.sections = """
            clients:
              orders: {key: "\(SDKTests.keys[0])", apps: [main]}
              billing: {key: "\(SDKTests.keys[1])", apps: [main]}
            """
        return settings
    }

    private func start(_ weir: WeirProcess, key: String, prefix: String, rounds: Int) throws -> ChildProcess {
        let base = "http://127.0.0.1:\(weir.api.port)"
        return try Python.start("sdk_client.py", [base, SandboxProcess.appID, key, prefix, String(rounds)])
    }

    /// The last line, once the client has ended well.
    private func results(_ client: ChildProcess) async throws -> JSONAny {
        let status = try await client.ended()
        #expect(status == 0, "\(client.lines.joined(separator: "\n"))")
        return try await eventually("the client's results") {
            client.output.last.flatMap { JSONAny($0) }.flatMap { $0["failures"] == nil ? nil : $0 }
        }
    }

    @Test func `wechatpy sends and lists through Weir with its base addresses changed and nothing else`() async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await WeirProcess.start(settings(sandbox))
        let results = try await results(start(weir, key: SDKTests.keys[0], prefix: "o-one", rounds: 1))
        #expect(results["failures"]?.array == [])
        #expect(results["templates"]?.int == 2)
        #expect(results["token"]?.string?.hasPrefix("weir1.main.orders.") == true)
        let deliveries = try await sandbox.deliveries()
        #expect(deliveries.map { $0["openid"]?.string } == ["o-one-template-0", "o-one-text-0"])
        // Above 2^53, and yet digit by digit what WeChat said.
        #expect(results["msgids"]?.array.first?.string == deliveries[0]["msgid"]?.int.map(String.init))
        #expect(deliveries[0]["body"]?["data"]?["thing1"]?["value"]?.string == "订单已发货")
    }

    @Test func `a wrong key gets no token and no errcode that makes the SDK try again`() async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await WeirProcess.start(settings(sandbox))
        let results = try await results(start(weir, key: "not-a-key-of-anybody", prefix: "o-none", rounds: 1))
        #expect(results["failures"]?.array.first?.string?.hasPrefix("990006 ") == true)
        #expect(try await sandbox.deliveries().isEmpty)
    }

    @Test func `two clients and a rival who refreshes the token see no 40001 and no real token`() async throws {
        let sandbox = try await SandboxProcess.start()
        let weir = try await WeirProcess.start(settings(sandbox))
        let clients = try zip(SDKTests.keys, ["o-first", "o-second"]).map {
            try start(weir, key: $0, prefix: $1, rounds: SDKTests.rounds)
        }
        var realTokens: Set<String> = []
        for turn in 1...5 {
            try await eventually("\(turn * 20) calls with a valid token") {
                try await sandbox.requests().count { $0["token_valid"]?.bool == true } >= turn * 20
            }
            realTokens.insert(try await realToken(sandbox))
            try await sandbox.rival()
            realTokens.insert(try await realToken(sandbox))
        }
        for client in clients {
            let results = try await results(client)
            #expect(results["failures"]?.array == [])
            #expect(results["msgids"]?.array.count == SDKTests.rounds)
            let received = client.output.joined(separator: "\n")
            #expect(!received.contains("40001"))
            #expect(!realTokens.contains { received.contains($0) })
            // Whatever has the form of the sandbox's tokens would be one.
            #expect(received.firstMatch(of: /9\d_[A-Za-z0-9_-]{50,}/) == nil)
        }
        // The rival was felt: WeChat did refuse Weir's token, and Weir fetched the next one.
        #expect(try await sandbox.requests().contains { $0["errcode"]?.int == 40001 })
        #expect(try await weir.metrics().sum("weir_token_rejections_total", "app=\"main\"") >= 1)
        let shown = try await sandbox.shown()
        #expect(shown.count == 4 * SDKTests.rounds)
        #expect(shown.values.allSatisfy { $0 == 1 })
    }

    /// What the app's token is now, as its owner may ask.
    private func realToken(_ sandbox: SandboxProcess) async throws -> String {
        let body = """
            {"grant_type":"client_credential","appid":"\(SandboxProcess.appID)","secret":"\(SandboxProcess.secret)"}
            """
        let token = try await sandbox.http.post("/cgi-bin/stable_token", body).json?["access_token"]?.string
        return try #require(token)
    }
}
