import Testing

/// The clients' own rates.
@Suite(.serialized)
struct LimitClientTests {
    private let stage: Stage

    init() async throws {
        stage = try await Stage.start { settings in
            // At this rate one call may come at once and no second one while a test lasts.
            settings.sections = Stage.clients(["orders": ", rate: 1/m", "other": ""])
        }
    }

    @Test func `a client over its rate gets 990001 with Retry-After on the relay`() async throws {
        let token = try await stage.weir.token(secret: Stage.key(of: "orders"))
        let target = "/cgi-bin/message/template/send?access_token=\(token)"
        let first = try await stage.weir.api.post(target, Message.templateBody(to: "o-1"))
        #expect(first.errcode == 0)
        let second = try await stage.weir.api.post(target, Message.templateBody(to: "o-2"))
        #expect(second.status == 200)
        #expect(second.errcode == 990_001)
        #expect(second.header("content-type")?.hasPrefix("application/json") == true)
        #expect(1...60 ~= second.retryAfter ?? 0)
        let text = second.json?["errmsg"]?.string ?? ""
        #expect(text.contains("orders") && text.contains("come back in"), "\(text)")
        #expect(try await stage.sandbox.shown() == ["o-1": 1])
        #expect(try await stage.weir.metrics().sum("weir_relay_refusals_total", "errcode=\"990001\"") == 1)
    }

    @Test func `a client over its rate gets 429 with Retry-After and the envelope on the messages API`() async throws {
        let headers = Stage.authorization(of: "orders")
        #expect(try await stage.weir.send(.template(to: "o-1"), headers: headers).status == 202)
        let second = try await stage.weir.send(.template(to: "o-2"), headers: headers)
        #expect(second.status == 429)
        #expect(second.json?["code"]?.int == 429)
        #expect(second.error == "rate_limited")
        #expect(second.retryAfter == second.json?["retry_after"]?.int)
        #expect(1...60 ~= second.retryAfter ?? 0)
        #expect(second.json?["trace_id"]?.string?.count == 32)
        #expect(second.message.contains("orders"))
        #expect(try await stage.weir.metrics().sum("weir_client_rejections_total", "client=\"orders\"") == 1)
    }

    @Test func `one client's rate is no other's`() async throws {
        for number in 0..<3 {
            let answer = try await stage.weir.send(
                .template(to: "o-\(number)"),
                headers: Stage.authorization(of: "other")
            )
            #expect(answer.status == 202)
        }
        let orders = try await stage.weir.send(.template(to: "o-9"), headers: Stage.authorization(of: "orders"))
        #expect(orders.status == 202)
    }

    @Test func `refused calls are counted by client where the relay refuses them`() async throws {
        let token = try await stage.weir.token(secret: Stage.key(of: "orders"))
        let target = "/cgi-bin/message/template/send?access_token=\(token)"
        for _ in 0..<3 { _ = try await stage.weir.api.post(target, Message.templateBody(to: "o-1")) }
        #expect(try await stage.weir.metrics().sum("weir_client_rejections_total", "client=\"orders\"") == 2)
    }
}
