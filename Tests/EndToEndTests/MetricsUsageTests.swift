import Testing

/// Who used what, where the time went, and what is left of each limit.
struct MetricsUsageTests {
    private static let send = "/cgi-bin/message/template/send"

    @Test func `a client's calls are counted by how they went for it`() async throws {
        let stage = try await Stage.start { settings in
            settings.sections = Stage.clients(["orders": "", "campaign": ", rate: 1/h"])
        }
        let orders = try await stage.weir.token(secret: Stage.key(of: "orders"))
        let campaign = try await stage.weir.token(secret: Stage.key(of: "campaign"))
        let body = Message.templateBody(to: "o-1")
        #expect(try await stage.weir.api.post("\(Self.send)?access_token=\(orders)", body).errcode == 0)
        try await stage.sandbox.fault(#""kind":"errcode","errcode":47003,"count":1"#)
        #expect(try await stage.weir.api.post("\(Self.send)?access_token=\(orders)", body).errcode == 47003)
        #expect(try await stage.weir.api.post("\(Self.send)?access_token=\(campaign)", body).errcode == 0)
        #expect(try await stage.weir.api.post("\(Self.send)?access_token=\(campaign)", body).errcode == 990001)
        _ = try await stage.weir.admin.post("/v1/apps/main/pause", "")
        #expect(try await stage.weir.api.post("\(Self.send)?access_token=\(orders)", body).errcode == 990004)
        let metrics = try await stage.weir.metrics()
        for (client, result, count) in [
            ("orders", "ok", 1.0), ("orders", "wechat_error", 1), ("orders", "refused", 1), ("campaign", "ok", 1),
            ("campaign", "caller", 1),
        ] {
            let labels = ["client=\"\(client)\"", "app=\"main\"", "result=\"\(result)\""]
            #expect(metrics.sum("weir_client_calls_total", labels[0], labels[1], labels[2]) == count, "\(labels)")
        }
        #expect(metrics.sum("weir_client_calls_total") == 5)
        #expect(metrics.sum("weir_client_call_duration_seconds_count", "client=\"orders\"") == 3)
        // Own work is part of calls that WeChat answered, and small beside them; the refused one waited for nothing.
        #expect(metrics.sum("weir_overhead_seconds_count", "part=\"own\"") == 3)
        #expect(metrics.sum("weir_overhead_seconds_count", "part=\"wait\"") == 4)
        let own = metrics.sum("weir_overhead_seconds_sum", "part=\"own\"")
        #expect(own > 0 && own < metrics.sum("weir_client_call_duration_seconds_sum"))
    }

    @Test func `a client's messages are counted as accepted or refused, and a repeated key as neither`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": ""]) }
        let headers = Stage.authorization(of: "orders")
        let message = Message.template(to: "o-1")
        for key in ["a", "a", "b"] {
            _ = try await stage.weir.send(message, headers: headers + [("Idempotency-Key", key)])
        }
        _ = try await stage.weir.send(.template(to: ""), headers: headers)
        let metrics = try await stage.weir.metrics()
        #expect(
            metrics.sum("weir_client_messages_total", "client=\"orders\"", "app=\"main\"", "result=\"accepted\"") == 2
        )
        #expect(metrics.sum("weir_client_messages_total", "client=\"orders\"", "app=\"-\"", "result=\"refused\"") == 1)
        let sent = ["client=\"orders\"", "app=\"main\"", "result=\"sent\""]
        try await eventually("both are sent") {
            try await stage.weir.metrics().sum("weir_client_messages_total", sent[0], sent[1], sent[2]) == 2
        }
        #expect(try await stage.weir.metrics().sum("weir_client_messages_total") == 5)
    }

    @Test func `a call that waited for a permit has waited, and its own part stays small`() async throws {
        let stage = try await Stage.start { $0.limits = "{default: {rate: 2/s, burst: 1}}" }
        let token = try await stage.weir.token()
        // Together: one after the other they would wait the less, the slower the machine is.
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<3 {
                group.addTask {
                    try await stage.weir.api.post(
                        "\(Self.send)?access_token=\(token)",
                        Message.templateBody(to: "o-\(number)")
                    ).errcode
                }
            }
            for try await errcode in group { #expect(errcode == 0) }
        }
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_overhead_seconds_sum", "part=\"wait\"") > 0.8)
        #expect(
            metrics.sum("weir_overhead_seconds_sum", "part=\"own\"")
                < metrics.sum("weir_overhead_seconds_sum", "part=\"wait\"")
        )
    }

    @Test func `each limit stands beside what is used of it`() async throws {
        let stage = try await Stage.start { $0.limits = "{default: {rate: 120/m, burst: 7}}" }
        let token = try await stage.weir.token()
        for number in 0..<2 {
            _ = try await stage.weir.api.post(
                "\(Self.send)?access_token=\(token)",
                Message.templateBody(to: "o-\(number)")
            )
        }
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_limiter_rate_permits", "api=\"\(Self.send)\"") == 2)
        #expect(metrics.sum("weir_limiter_burst_permits", "api=\"\(Self.send)\"") == 7)
        #expect(metrics.sum("weir_upstream_in_flight_limit") == 256)
        #expect(metrics.sum("weir_relay_calls_limit") == 10_000)
        #expect(metrics.sum("weir_relay_waiting_bytes_limit") > 0)
        #expect(metrics.sum("weir_connections", "listener=\"admin\"") >= 1)
        #expect(metrics.sum("weir_connections_limit", "listener=\"admin\"") >= 8)
        #expect(metrics.sum("weir_connections_limit", "listener=\"api\"") >= 8)
        for pool in ["requests", "replies", "batches", "messages"] {
            #expect(metrics.sum("weir_body_bytes_limit", "pool=\"\(pool)\"") > 0, "\(pool)")
        }
        #expect(metrics.sum("weir_journal_pending_writes_limit") == 100_000)
        let size = metrics.sum("weir_journal_filesystem_size_bytes")
        #expect(size > metrics.sum("weir_journal_free_bytes"))
        // The token was fetched by one that the calls could use again.
        #expect(metrics.sum("weir_upstream_connections_total", "result=\"opened\"") >= 1)
        #expect(metrics.sum("weir_upstream_connections_total", "result=\"reused\"") >= 1)
        #expect(metrics.sum("weir_upstream_connections_total", "result=\"failed\"") == 0)
        let build = try await stage.weir.admin.get("/metrics?name[]=weir_build_info").text
        #expect(build.contains(/weir_build_info\{version="[^"]+",commit="[0-9a-z-]+",swift="6[^"]*"\} 1/))
    }

    @Test func `a request that waits for its message's end is told apart`() async throws {
        let stage = try await Stage.start()
        _ = try await stage.weir.send(.template(to: "o-1"), headers: [("Prefer", "wait=5")])
        _ = try await stage.weir.send(.template(to: "o-2"))
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_http_request_duration_seconds_count", "route=\"/v1/messages (wait)\"") == 1)
        #expect(metrics.sum("weir_http_request_duration_seconds_count", "route=\"/v1/messages\"") == 1)
        #expect(metrics.sum("weir_http_requests_total", "route=\"/v1/messages\"") == 2)
    }
}
