import Testing

/// Messages' ends, told to their clients.
@Suite struct MessageCallbackTests {
    @Test func `a message's end is posted as its status shows it, and a later move by a receipt, too`() async throws {
        let stage = try await DeliveryStage.start([:])
        let sent = try await stage.send(.template(to: "o-1", members: stage.callback("/ok/sent?order=1")))
        let refused = try await stage.send(.template(to: "o-unfollowed", members: stage.callback("/ok/refused")))
        let far = ",\"not_before\":\"2030-01-01T00:00:00Z\""
        let cancelled = try await stage.send(.template(to: "o-2", members: far + stage.callback("/ok/cancelled")))
        let batch = "[\(Message.template(to: "o-3", members: stage.callback("/ok/batch")).json)]"
        let headers = Stage.authorization(of: "orders") + [(name: "Content-Type", value: "application/json")]
        let results = try await stage.weir.api.call("POST", "/v1/messages:batch", headers: headers, body: batch)
        #expect(results.data?["results"]?.array.first?["code"]?.int == 202)
        let id = try #require(cancelled.data?["id"]?.string)
        #expect(try await stage.weir.api.call("DELETE", "/v1/messages/\(id)", headers: headers).status == 200)
        for (path, answer, state) in [
            ("/ok/sent?order=1", sent, "sent"), ("/ok/refused", refused, "failed"),
            ("/ok/cancelled", cancelled, "cancelled"),
        ] {
            let one = try await stage.wait(1, at: path)[0]
            let body = try #require(one["body"])
            #expect(one["signed"]?.bool == true && body["type"]?.string == "message.ended")
            #expect(body["app"]?.string == "main" && body["at"]?.string != nil)
            #expect(body["message"]?["state"]?.string == state)
            let status = try await stage.weir.api
                .call("GET", "/v1/messages/\(answer.data?["id"]?.string ?? "")", headers: headers)
            #expect(body["message"] == status.data)
        }
        #expect(try await stage.wait(1, at: "/ok/batch")[0]["body"]?["message"]?["state"]?.string == "sent")
        let first = try await stage.received("/ok/sent?order=1")[0]
        let msgid = try #require(first["body"]?["message"]?["msgid"]?.string)
        #expect(
            try await stage.callback.post([["openid": "o-1", "msgid": msgid, "status": "success"]])[0].status == 200
        )
        let moved = try await stage.wait(2, at: "/ok/sent?order=1")[1]
        #expect(moved["body"]?["message"]?["state"]?.string == "delivered" && moved["delivery"] != first["delivery"])
        let log = stage.weir.process.lines.joined()
        for secret in [DeliveryStage.secret, "order=1", "/ok/refused"] { #expect(!log.contains(secret)) }
    }

    @Test func `an address is refused where it is not the client's, or could be read as another`() async throws {
        let stage = try await DeliveryStage.start([:])
        let port = stage.http.port
        let others = [
            "https://orders.internal.evil/", "http://127.0.0.1.evil:\(port)/x", "http://127.0.0.1:\(port)@evil/x",
            "http://evil@127.0.0.1:\(port)/x", "http://127.0.0.1:\(port)/ok/../x", "http://127.0.0.1:\(port)/%2e%2e/x",
            "http://127.0.0.1:1/x", "http://[::1]:\(port)/x", "http://localhost:\(port)/x",
            "https://127.0.0.1:\(port)/x",
            "http://169.254.169.254/latest", "ftp://127.0.0.1:\(port)/x", "file:///etc/passwd", "127.0.0.1:\(port)", "",
            "x",
        ]
        for url in others {
            let answer = try await stage.send(.template(to: "o-1", members: ",\"callback_url\":\"\(url)\""))
            #expect(answer.status == 422 && answer.field == "callback_url", "\(url) \(answer.text)")
            #expect(url.isEmpty || url == "x" || !answer.text.contains(url), "\(answer.text)")
        }
        let number = try await stage.send(.template(to: "o-1", members: ",\"callback_url\":7"))
        #expect(number.status == 422 && number.field == "callback_url")
        let below = try await stage.send(.template(to: "o-1", members: stage.callback("/ok/silence/x")), as: "silent")
        #expect(below.status == 422 && below.message.contains("clients.silent.callbacks"))
        let none = try await stage.send(.template(to: "o-1", members: stage.callback("/ok/x")), as: "none")
        #expect(none.status == 422 && none.message.contains("clients.none.callbacks"))
        #expect(try await stage.sandbox.requests(DeliveryStage.template).isEmpty)
        let null = try await stage.send(.template(to: "o-1", members: ",\"callback_url\":null"), as: "none")
        #expect(null.status == 202)
    }

    @Test func `a kill in the middle of a campaign loses no message's end`() async throws {
        var stage = try await DeliveryStage.start([:])
        let headers = Stage.authorization(of: "orders") + [(name: "Content-Type", value: "application/json")]
        let items = (0..<300).map { Message.template(to: "o-\($0)", members: stage.callback("/ok/campaign")).json }
        let answer = try await stage.weir.api
            .call("POST", "/v1/messages:batch", headers: headers, body: "[\(items.joined(separator: ","))]")
        let ids = Set((answer.data?["results"]?.array ?? []).compactMap { $0["id"]?.string })
        #expect(ids.count == 300)
        try await stage.wait(20, at: "/ok/campaign")
        try await stage.restart()
        try await eventually("each end was told") {
            let all = try await stage.received("/ok/campaign")
            return Set(all.compactMap { $0["body"]?["message"]?["id"]?.string }) == ids
        }
        for one in try await stage.received("/ok/campaign") {
            let state = one["body"]?["message"]?["state"]?.string
            #expect(state != "pending" && state != "sending" && state != nil)
        }
    }
}
