import Foundation
import Testing

/// The gateway on a journal that an earlier version left when it was killed: Tests/Fixtures/journal-schema-2.sql.
@Suite struct OldJournalTests {
    /// What waited in it, and what it said.
    private static let waiting = [
        "o-waiting": "您的订单八已发货", "o-scheduled": "明天见", "o-retried": "“引号”与 emoji 🚚", "o-doubtful": "结果未知",
        "o-redriven": "重新发送", "o-in-flight": "正在发送",
    ]
    private static let ended = [
        "o-sent": "sent", "o-unfollowed": "failed", "o-dead": "dead", "o-cancelled": "cancelled",
        "o-expired": "expired",
    ]

    private func writeOld(in settings: WeirSettings) async throws {
        try FileManager.default.createDirectory(atPath: settings.storage, withIntermediateDirectories: true)
        let fixtures = Binary.packageRoot + "/Tests/Fixtures/journal-schema-2"
        let arguments = [settings.storage + "/journal.sqlite", fixtures + ".sql", fixtures + "-now.sql"]
        let run = try await CommandRun.python("journal.py", arguments)
        #expect(run.status == 0, "\(run.errors)")
    }

    /// The one message to this recipient.
    private func message(to recipient: String, in weir: WeirProcess) async throws -> JSONAny {
        let found = try await weir.api.get("/v1/messages?to=\(recipient)").data?["messages"]?.array ?? []
        #expect(found.count == 1, "\(recipient)")
        return try #require(found.first)
    }

    @Test func `each message that waited in it arrives once, and the others stay as they were`() async throws {
        let sandbox = try await SandboxProcess.start()
        let settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        try await writeOld(in: settings)
        var weir = try await WeirProcess.start(settings)
        try await eventually("nothing waits any more") { try await weir.metrics().sum("weir_queue_depth") == 0 }

        let once = OldJournalTests.waiting.mapValues { _ in 1 }
        #expect(try await sandbox.shown() == once)
        for delivery in try await sandbox.deliveries() {
            let text = OldJournalTests.waiting[delivery["openid"]?.string ?? ""] ?? "nothing"
            #expect(delivery["body"]?["data"]?["thing1"]?["value"]?.string == text)
        }
        for recipient in OldJournalTests.waiting.keys {
            #expect(try await message(to: recipient, in: weir)["state"]?.string == "sent", "\(recipient)")
        }
        // WeChat would show a customer-service message twice, and nobody knows whether it has.
        #expect(try await message(to: "o-custom", in: weir)["state"]?.string == "unknown")
        for (recipient, state) in OldJournalTests.ended {
            #expect(try await message(to: recipient, in: weir)["state"]?.string == state, "\(recipient)")
        }

        var again = Message.template(to: "o-waiting", value: "您的订单八已发货", members: #","metadata":{"order":"8"}"#)
        let answer = try await weir.send(again, headers: [("Idempotency-Key", "order-8-shipped")])
        #expect(answer.status == 200)
        #expect(answer.data?["id"] == (try await message(to: "o-waiting", in: weir))["id"])
        again.members = ""
        let other = try await weir.send(again, headers: [("Idempotency-Key", "order-8-shipped")])
        #expect(other.status == 409)

        try await weir.stop()
        weir = try await WeirProcess.start(settings)
        let dead = try #require(try await message(to: "o-dead", in: weir)["id"]?.string)
        #expect(try await weir.api.call("POST", "/v1/messages/\(dead)/redrive").status == 202)
        try await weir.wait(dead, for: "sent")
        #expect(try await sandbox.shown() == once.merging(["o-dead": 1]) { $1 })
    }
}
