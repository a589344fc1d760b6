import Testing

/// The numbers against what happened.
struct MetricsJournalTests {
    @Test func `the sum of the metrics is the sum of the journal`() async throws {
        let traffic = try await MetricsTraffic.run()
        let messages = try await traffic.list("limit=1000")
        #expect(messages.count == 60)
        let metrics = try await traffic.stage.weir.metrics()
        #expect(metrics.sum("weir_messages_accepted_total") == Double(messages.count))
        #expect(metrics.sum("weir_messages_ended_total") == Double(messages.count))
        for state in ["sent", "failed", "dead", "unknown", "expired", "cancelled", "delivered"] {
            let count = messages.filter { $0["state"]?.string == state }.count
            #expect(metrics.sum("weir_messages_ended_total", "state=\"\(state)\"") == Double(count), "\(state)")
        }
        for type in ["template", "custom", "subscribe"] {
            let count = messages.filter { $0["type"]?.string == type }.count
            #expect(count == 20)
            #expect(metrics.sum("weir_messages_accepted_total", "type=\"\(type)\"") == Double(count), "\(type)")
        }
        for priority in ["urgent", "high", "normal", "low"] {
            let count = messages.filter { $0["priority"]?.string == priority }.count
            #expect(
                metrics.sum("weir_messages_accepted_total", "priority=\"\(priority)\"") == Double(count),
                "\(priority)"
            )
        }
        var attempts: [String: Int] = [:]
        for message in messages {
            let whole = try await traffic.message(message["id"]?.string ?? "")
            for attempt in whole["attempts"]?.array ?? [] {
                attempts[attempt["outcome"]?.string ?? "none", default: 0] += 1
            }
        }
        let paths = ["message/template/send", "message/custom/send", "message/subscribe/bizsend"].map {
            "/cgi-bin/\($0)"
        }
        for outcome in [
            "accepted", "transient", "token_rejected", "recipient", "request", "account", "throttled", "unknown",
        ] {
            let counted = paths.reduce(0) { sum, path in
                sum + metrics.sum("weir_upstream_requests_total", "api=\"\(path)\"", "outcome=\"\(outcome)\"")
            }
            #expect(counted == Double(attempts[outcome] ?? 0), "\(outcome)")
        }
        let arrived = try await traffic.stage.sandbox.requests().filter { paths.contains($0["path"]?.string ?? "") }
        #expect(arrived.count == attempts.values.reduce(0, +))
        let shown = try await traffic.stage.sandbox.deliveries().count
        let sent = messages.filter { $0["state"]?.string == "sent" }.count
        let unknown = messages.filter { $0["state"]?.string == "unknown" }.count
        #expect(sent...(sent + unknown) ~= shown)
        for priority in ["urgent", "high", "normal", "low"] {
            #expect(metrics.sum("weir_queue_depth", "priority=\"\(priority)\"") == 0, "\(priority)")
        }
    }
}
