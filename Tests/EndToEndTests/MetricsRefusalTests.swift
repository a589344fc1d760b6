import Testing

/// Messages that were not accepted, by the metric that says so.
struct MetricsRefusalTests {
    @Test func `whatever is refused on its way in is counted once, and reading is not handing over`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": ""]) }
        let known = Stage.authorization(of: "orders")
        let unknown = [(name: "Authorization", value: "Bearer nobody's key")]
        let large = Message.template(to: "o-1", value: String(repeating: "x", count: 300 << 10)).json
        for (path, headers, body, status) in [
            ("/v1/messages", unknown, Message.template(to: "o-1").json, 401),
            ("/v1/messages:batch", unknown, "[]", 401),
            ("/v1/messages", known, large, 413), ("/v1/messages", known, "{", 400),
            ("/v1/messages", known + [("Content-Encoding", "gzip")], Message.template(to: "o-1").json, 415),
            ("/v1/messages", known, Message.template(to: "").json, 422),
        ] {
            let answer = try await stage.weir.api.call("POST", path, headers: headers, body: body)
            #expect(answer.status == status, "\(path): \(answer.text)")
        }
        #expect(try await stage.weir.api.call("GET", "/v1/messages", headers: unknown).status == 401)
        #expect(try await stage.weir.api.call("GET", "/v1/messages?limit=0", headers: known).status == 422)
        let metrics = try await stage.weir.metrics()
        for (reason, count) in [
            ("unauthorized", 2.0), ("too_large", 1), ("malformed", 1), ("invalid", 1), ("unsupported_media_type", 1),
        ] {
            #expect(metrics.sum("weir_messages_refused_total", "reason=\"\(reason)\"") == count, "\(reason)")
        }
        #expect(metrics.sum("weir_messages_refused_total") == 6)
    }
}
