import Foundation
import Testing

/// The AppSecret of one of two apps is reset while both send.
@Suite(.serialized) struct SecretResetTests {
    private static let guestID = "wx00000000000000aa"
    private static let newSecret = "fedcba9876543210fedcba9876543210"

    private static func guest(_ upstream: Int, secret: String) -> String {
        """
          guest:
            appid: \(guestID)
            secret: "\(secret)"
            hosts: ["http://127.0.0.1:\(upstream)"]
        """
    }

    private func send(_ weir: WeirProcess, _ prefix: String, _ count: Int, app: String) async throws -> [String] {
        var ids: [String] = []
        for number in 0..<count {
            ids.append(try await weir.accept(.template(to: "\(prefix)-\(number)", members: ",\"app\":\"\(app)\"")))
        }
        return ids
    }

    @Test func `its messages wait, the other app does not notice, and the new secret lets them go`() async throws {
        let stage = try await Stage.start(appIDs: [SecretResetTests.guestID]) {
            $0.apps = SecretResetTests.guest($0.upstream, secret: SandboxProcess.secret)
        }
        let weir = stage.weir
        for id in try await send(weir, "o-before", 2, app: "guest") { try await weir.wait(id, for: "sent") }
        try await stage.sandbox.resetSecret(of: SecretResetTests.guestID, to: SecretResetTests.newSecret)

        let waiting = try await send(weir, "o-guest", 200, app: "guest")
        let others = try await send(weir, "o-main", 200, app: "main")
        for id in others { try await weir.wait(id, for: "sent") }
        let metrics = try await weir.metrics()
        #expect(metrics.sum("weir_upstream_requests_total", "app=\"main\"", "outcome=\"accepted\"") == 200)
        #expect(metrics.sum("weir_upstream_requests_total", "app=\"main\"") == 200)
        try await eventually("the guest is held") {
            try await weir.metrics().sum("weir_app_held", "app=\"guest\"", "reason=\"credentials\"") == 1
        }
        #expect(try await weir.metrics().sum("weir_app_held", "app=\"main\"") == 0)
        for id in [waiting[0], waiting[199]] {
            #expect(try await weir.status(id)?["state"]?.string == "pending")
        }
        #expect(weir.logged("access_token could not be fetched").count == 1)
        // Few calls went out for two hundred messages: what stops one stops those behind it.
        let tries = try await stage.sandbox.requests(FaultTests.template)
            .count { $0["appid"]?.string == SecretResetTests.guestID && $0["errcode"]?.int == 40001 }
        #expect(tries <= 16)

        var settings = stage.settings
        settings.apps = SecretResetTests.guest(settings.upstream, secret: SecretResetTests.newSecret)
        try settings.write()
        weir.process.signal(SIGHUP)
        for id in waiting { try await weir.wait(id, for: "sent") }
        let shown = try await stage.sandbox.shown()
        #expect(shown.count == 402 && shown.allSatisfy { $0.value == 1 })
        try await eventually("nobody is held") { try await weir.metrics().sum("weir_app_held") == 0 }
    }
}
