import Foundation
import Testing

/// What WeChat says of messages after it took them, in every order in which it may say so.
@Suite struct ReceiptTests {
    private static let statuses = [
        ("success", "delivered", "delivered"), ("failed:user block", "blocked", "failed"),
        ("failed: system failed", "failed", "failed"), ("failed:freq limit", "limited", "failed"),
    ]

    @Test func `a receipt moves its message, whenever and however often it comes`() async throws {
        let stage = try await CallbackStage.start()
        // In safe mode, XML and JSON.
        for (number, (words, receipt, state)) in Self.statuses.enumerated() {
            try await stage.push("main", ",\"status\":\"\(words)\",\"format\":\"\(number % 2 == 0 ? "xml" : "json")\"")
            let id = try await stage.send(to: "o-status-\(number)")
            let status = try await stage.receipt(receipt, of: id)
            #expect(status["state"]?.string == state, "\(words)")
            #expect(status["receipt"]?["reason"]?.string == (state == "failed" ? words : nil))
        }
        // Three times each, and the answer half a second after the receipt.
        try await stage.push("main", ",\"times\":3")
        try await stage.sandbox.fault("\"kind\":\"latency\",\"ms\":500,\"count\":3,\"api\":\"\(FaultTests.template)\"")
        for number in 0..<3 {
            let id = try await stage.send(to: "o-early-\(number)")
            try await stage.receipt("delivered", of: id)
        }
        // In another order.
        try await stage.push("main", ",\"shuffle\":10")
        var shuffled: [String] = []
        for number in 0..<10 { shuffled.append(try await stage.send(to: "o-shuffled-\(number)")) }
        for id in shuffled { try await stage.receipt("delivered", of: id) }
        // By the key of before: WeChat may use it for a while.
        try await stage.push("main", ",\"aes_key\":\"\(CallbackStage.oldKey)\"")
        try await stage.receipt("delivered", of: try await stage.send(to: "o-old-key"))
        // A mass message's.
        let mass = "{\"touser\":[\"o-1\",\"o-2\"],\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}}"
        let id = try await stage.weir.accept(Message(type: "mass", body: mass, members: ",\"app\":\"main\""))
        let status = try await stage.receipt("delivered", of: id)
        #expect(status["receipt"]?["reason"]?.string == "2 sent, 0 failed, 2 filtered of 2")
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_receipts_total", "app=\"main\"", "state=\"delivered\"") == 16)
        #expect(metrics.sum("weir_receipts_total", "app=\"main\"", "state=\"blocked\"") == 1)
        #expect(metrics.sum("weir_callbacks_total", "app=\"main\"", "result=\"duplicate\"") == 6)
        #expect(metrics.sum("weir_messages_ended_total", "state=\"sent\"") == 19)
    }

    @Test func `without a msgid, in doubt, too late and never`() async throws {
        let stage = try await CallbackStage.start()
        try await stage.push("zero", ",\"zero_msgid\":true,\"format\":\"json\"")
        try await stage.push("late", ",\"delay_ms\":8000,\"status\":\"failed:user block\"")
        try await stage.push("never", ",\"drop\":1")
        try await stage.push("main")
        let zero = try await stage.send(to: "o-zero", app: "zero")
        let (late, never) = (
            try await stage.send(to: "o-late", app: "late"), try await stage.send(to: "o-never", app: "never")
        )
        // Its answer has no msgid.
        let plain = try await stage.send(to: "o-subscribed", type: "subscribe")
        // WeChat takes it, and nobody here hears so: a subscription message is not repeated.
        let subscribe = "/cgi-bin/message/subscribe/bizsend"
        try await stage.weir.wait(plain, for: "sent")
        try await stage.sandbox.fault("\"kind\":\"reset_after_accept\",\"count\":1,\"api\":\"\(subscribe)\"")
        let doubtful = try await stage.send(to: "o-doubtful", type: "subscribe")
        try await stage.weir.wait(doubtful, for: "unknown")
        // The same without a receipt: it stays so.
        try await stage.push("main", ",\"drop\":1")
        try await stage.sandbox.fault("\"kind\":\"reset_after_accept\",\"count\":1,\"api\":\"\(subscribe)\"")
        let lost = try await stage.send(to: "o-lost", type: "subscribe")

        #expect(try await stage.receipt("missing", of: late)["state"]?.string == "sent")
        for id in [zero, plain, doubtful] {
            #expect(try await stage.receipt("delivered", of: id)["state"]?.string == "delivered")
        }
        #expect(try await stage.receipt("blocked", of: late)["state"]?.string == "failed")
        #expect(try await stage.receipt("missing", of: never)["state"]?.string == "sent")
        #expect(try await stage.weir.status(lost)?["state"]?.string == "unknown")
        #expect(try await stage.sandbox.shown()["o-doubtful"] == 1)
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_receipts_total", "state=\"missing\"") == 2)
        #expect(metrics.sum("weir_receipts_total", "app=\"late\"", "state=\"blocked\"") == 1)
        let told = try await stage.weir.api.get("/v1/messages/\(late)/explain").data?["steps"]?.array ?? []
        #expect(told.last?["kind"]?.string == "receipt")
    }

    @Test func `a kill -9 loses no receipt that was answered, and WeChat brings the others again`() async throws {
        var stage = try await CallbackStage.start()
        let port = try stage.port
        try await stage.push("main", ",\"delay_ms\":400,\"retry_ms\":3000")
        var ids: [String] = []
        for number in 0..<60 { ids.append(try await stage.send(to: "o-\(number)")) }
        try await eventually("some are delivered") {
            try await stage.weir.metrics().sum("weir_receipts_total", "state=\"delivered\"") >= 5
        }
        for number in 60..<120 { ids.append(try await stage.send(to: "o-\(number)")) }
        try await stage.weir.crash()
        stage.settings.server = ", callback: \"127.0.0.1:\(port)\""
        stage.weir = try await WeirProcess.start(stage.settings)
        for id in ids { try await stage.weir.wait(id, for: "delivered") }
        #expect(try await stage.sandbox.shown().values.allSatisfy { $0 == 1 })
    }
}
