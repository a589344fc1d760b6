import Testing

/// WeChat's events, told on.
@Suite struct SubscriberTests {
    @Test func `each subscriber hears of what it names, signed, in its form, once for each push`() async throws {
        let stage = try await DeliveryStage.start([
            "all": ("/ok/all", ""), "clicks": ("/ok/clicks", ", apps: [main], events: [click], format: both"),
            "raw": ("/ok/raw", ", events: [subscribe], format: raw"),
        ])
        let click = DeliveryStage.event("CLICK", 1, key: "menu-1")
        let follow = DeliveryStage.event("subscribe", 2)
        let text = """
            {"ToUserName":"gh_1","FromUserName":"o-1","CreateTime":1700000003,"MsgType":"text","Content":"\\u4f60\\"好","MsgId":9}
            """
        #expect(try await stage.push([click, click, follow, follow, text, click]) == [200, 200, 200, 200, 200, 200])
        let all = try await stage.wait(3, at: "/ok/all")
        let clicks = try await stage.wait(1, at: "/ok/clicks")
        let raw = try await stage.wait(1, at: "/ok/raw")
        for one in all + clicks + raw {
            #expect(one["signed"]?.bool == true && one["type"]?.string == "application/json; charset=utf-8")
            #expect(one["body"]?["type"]?.string == "wechat.event" && one["body"]?["app"]?.string == "main")
        }
        #expect(Set(all.map { $0["delivery"]?.string }).count == 3)
        let first = try #require(clicks.first?["body"])
        #expect(first["event"]?["Event"]?.string == "CLICK" && first["event"]?["EventKey"]?.string == "menu-1")
        #expect(first["event"]?["CreateTime"]?.string == "1700000001")
        #expect(first["raw"]?.string == click)
        #expect(raw[0]["body"]?["raw"]?.string == follow && raw[0]["body"]?["event"] == nil)
        let message = try #require(all.first { $0["body"]?["event"]?["MsgType"]?.string == "text" })
        #expect(message["body"]?["event"]?["Content"]?.string == "你\"好" && message["body"]?["raw"] == nil)
        try await eventually("all are taken") {
            try await stage.weir.metrics().sum("weir_deliveries_total", "result=\"taken\"") == 5
        }
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_callbacks_total", "app=\"main\"", "result=\"stored\"") == 3)
        #expect(metrics.sum("weir_callbacks_total", "app=\"main\"", "result=\"duplicate\"") == 3)
        #expect(metrics.sum("weir_deliveries_waiting") == 0)
        // Nothing more comes.
        #expect(try await stage.received("/ok/all").count == 3)
        let log = stage.weir.process.lines.joined()
        for secret in [DeliveryStage.secret, "o-secret", "/ok/all"] { #expect(!log.contains(secret)) }
    }

    @Test func `a subscriber that hangs or refuses holds up nobody, and is told again under the same number`()
        async throws
    {
        let stage = try await DeliveryStage.start([
            "dead": ("/hang/dead", ""), "fails": ("/fail/2/x", ""), "moved": ("/moved/x", ""), "well": ("/ok/well", ""),
        ])
        let events = (0..<30).map { DeliveryStage.event("CLICK", $0) }
        #expect(try await stage.push(events) == events.map { _ in 200 })
        // None of them waited for the one that hangs.
        let pushes = try await stage.weir.metrics()
        let all = pushes.sum("weir_http_request_duration_seconds_count", "route=\"callback\"")
        #expect(pushes.sum("weir_http_request_duration_seconds_bucket", "route=\"callback\"", "le=\"2.5\"") == all)
        try await stage.wait(30, at: "/ok/well")
        let fails = try await stage.wait(32, at: "/fail/2/x")
        let failed = fails.filter { $0["status"]?.int == 500 }.compactMap { $0["delivery"]?.string }
        #expect(failed.count == 2)
        let taken = fails.filter { $0["status"]?.int == 200 }.compactMap { $0["delivery"]?.string }
        #expect(Set(taken).count == 30 && taken.count == 30 && Set(failed).isSubset(of: taken))
        // No redirect is followed.
        try await stage.wait(2, at: "/moved/x")
        #expect(try await stage.received("/ok/moved").isEmpty)
        // Few at once: the rest waits.
        #expect(try await stage.received("/hang/dead").count <= 8)
        let answer = try await stage.send(.template(to: "o-1"), headers: [("Prefer", "wait=30")])
        #expect(answer.data?["state"]?.string == "sent")
        let state = try await stage.weir.admin.get("/v1/state").data?["deliveries"]?.array ?? []
        let dead = try #require(state.first { $0["destination"]?.string == "dead" })
        #expect(dead["kind"]?.string == "subscriber")
        #expect((dead["waiting"]?.int ?? 0) + (dead["in_flight"]?.int ?? 0) == 30)
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_deliveries_waiting", "destination=\"dead\"") == 30)
        #expect(metrics.sum("weir_delivery_failing_since_timestamp_seconds", "destination=\"moved\"") > 1_700_000_000)
    }

    @Test func `a kill in the middle loses nothing that WeChat was answered success for`() async throws {
        var stage = try await DeliveryStage.start(["slow": ("/fail/10000/slow", ""), "well": ("/ok/well", "")])
        let events = (0..<200).map { DeliveryStage.event("CLICK", $0) }
        #expect(try await stage.push(events) == events.map { _ in 200 })
        try await stage.restart()
        // The same again, as WeChat does where it has not heard the answer.
        try await stage.push(Array(events.prefix(50)))
        let keys = Set((0..<200).map { "o-secret-\($0)" })
        try await eventually("the one that is well has heard of all") {
            let all = try await stage.received("/ok/well")
            return Set(all.compactMap { $0["body"]?["event"]?["FromUserName"]?.string }) == keys
        }
        try await eventually("the other still waits for all") {
            try await stage.weir.metrics().sum("weir_deliveries_waiting", "destination=\"slow\"") == 200
        }
        // What came twice has the same number.
        let numbers = try await stage.received("/ok/well").reduce(into: [String: Set<String>]()) { numbers, one in
            guard let user = one["body"]?["event"]?["FromUserName"]?.string, let number = one["delivery"]?.string else {
                return
            }
            numbers[user, default: []].insert(number)
        }
        #expect(numbers.count == 200 && numbers.values.allSatisfy { $0.count == 1 })
    }
}
