import Testing

/// `POST /v1/events`, signed and written by Python's libraries.
struct EventsAPITests {
    private static let secret = SignedEvent.secret
    private static let sections = """
        clients:
          shop:
            key: \(Stage.key(of: "shop"))
            apps: [main]
            events:
              secret: [new-\(secret), \(secret)]
              map:
                order.shipped:
                  type: template
                  template_id: T1
                  to: "{{payload.openid}}"
                  priority: high
                  data: {thing1: "{{payload.item}}", thing2: "{{#payload.parts}}{{n}}×{{name}} {{/payload.parts}}"}
                order.asked: {type: custom, to: "{{payload.openid}}", text: "{{payload.item}}?"}
          other: {key: \(Stage.key(of: "other"))}

        """

    private static func event(_ openID: String, id: String?, type: String = "order.shipped") -> String {
        let id = id.map { #","id":"\#($0)""# } ?? ""
        return """
            {"event_type":"\(type)"\(id),"payload":{"openid":"\(openID)","item":"Tea & <Cake>","n":3,
             "parts":[{"n":2,"name":"茶"},{"n":1,"name":"杯"}]}}
            """
    }

    @Test func `an event in each encoding becomes the right message, once, and over a crash`() async throws {
        let stage = try await Stage.start { $0.sections = Self.sections }
        var all: [SignedEvent] = []
        for (index, secret) in [Self.secret, "new-" + Self.secret].enumerated() {
            for (number, signed) in try await SignedEvent.sign(Self.event("o-\(index)", id: nil), secret: secret)
                .enumerated()
            {
                let answer = try await signed.post(to: stage.weir, [("Prefer", "wait=30")])
                #expect(answer.data?["state"]?.string == "sent", "\(signed.type): \(answer.text)")
                let id = try #require(answer.data?["id"]?.string)
                #expect(answer.header("location") == "/v1/messages/\(id)")
                #expect(answer.data?["priority"]?.string == "high" && answer.data?["app"]?.string == "main")
                let body = try await stage.sandbox.deliveries().last?["body"]
                #expect(body?["touser"]?.string == "o-\(index)" && body?["template_id"]?.string == "T1")
                #expect(body?["data"]?["thing1"]?["value"]?.string == "Tea & <Cake>")
                #expect(body?["data"]?["thing2"]?["value"]?.string == "2×茶 1×杯 ")
                #expect(try await stage.sandbox.shown()["o-\(index)"] == number + 1)
                let replay = try await signed.post(to: stage.weir)
                #expect(replay.status == 403 && replay.message.contains("was used before"), "\(replay.text)")
                all.append(signed)
            }
        }
        #expect(all.count == 6)
        // One id is one event, whatever it comes as.
        let named = try await SignedEvent.sign(Self.event("o-id", id: "order-1"))
        let answers = [202, 200, 200]
        for (signed, status) in zip(named, answers) {
            let answer = try await signed.post(to: stage.weir, [("Prefer", "wait=30")])
            #expect(
                answer.status == (status == 202 ? 200 : status) && answer.data?["state"]?.string == "sent",
                "\(answer.text)"
            )
            #expect((answer.header("idempotent-replayed") == "true") == (status == 200))
        }
        let changed = try await SignedEvent.sign(Self.event("o-else", id: "order-1"))[0].post(to: stage.weir)
        #expect(changed.status == 409)
        let shown = try await stage.sandbox.shown()
        try await stage.weir.crash()
        let weir = try await WeirProcess.start(stage.settings)
        // A process that remembers no signature finds the event in the journal.
        for signed in all + named {
            let answer = try await signed.post(to: weir)
            #expect(answer.status == 200 && answer.header("idempotent-replayed") == "true", "\(answer.text)")
            #expect(try await signed.post(to: weir).status == 403)
        }
        #expect(try await stage.sandbox.shown() == shown)
        let metrics = try await weir.metrics()
        #expect(metrics.sum("weir_events_total", #"result="repeated""#) == 9)
        #expect(metrics.sum("weir_events_total", #"result="replayed""#) == 9)
    }

    @Test func `one byte changed anywhere is 403, and nothing is stored`() async throws {
        let stage = try await Stage.start { $0.sections = Self.sections }
        var tried = 0
        for signed in try await SignedEvent.sign(Self.event("o-1", id: "e")) {
            var changed: [SignedEvent] = []
            for index in signed.body.indices {
                var other = signed
                other.body[index] ^= UInt8(1 << (index % 8))
                changed.append(other)
            }
            for bit in [UInt8(1), 2, 4, 0x20] {
                for (text, path) in [
                    (signed.timestamp, \SignedEvent.timestamp), (signed.signature, \SignedEvent.signature),
                ] {
                    for index in text.utf8.indices {
                        var bytes = Array(text.utf8)
                        bytes[text.utf8.distance(from: text.startIndex, to: index)] ^= bit
                        // A header's value has no control characters, and no space at its ends.
                        guard bytes.allSatisfy({ 0x21...0x7E ~= $0 }) else { continue }
                        var other = signed
                        other[keyPath: path] = String(decoding: bytes, as: UTF8.self)
                        changed.append(other)
                    }
                }
            }
            var shorter = signed
            shorter.body.removeLast()
            var stranger = signed
            stranger.client = "other"
            changed += [shorter, stranger]
            for other in changed {
                let answer = try await other.post(to: stage.weir)
                #expect(answer.status == 403 && answer.error == "forbidden", "\(answer.text)")
            }
            tried += changed.count
        }
        #expect(tried > 900)
        #expect(try await stage.weir.metrics().sum("weir_events_total", #"result="forged""#) == Double(tried))
        let key = Stage.authorization(of: "shop")
        #expect(try await stage.weir.api.call("GET", "/v1/messages", headers: key).data?["messages"]?.array == [])
        // The right one is still good.
        #expect(try await SignedEvent.sign(Self.event("o-1", id: "e"))[0].post(to: stage.weir).status == 202)
    }

    @Test func `what is missing, old, unknown or malformed is told by its status and field`() async throws {
        let stage = try await Stage.start { $0.sections = Self.sections }
        func first(_ event: String, age: Int = 0, _ change: (inout SignedEvent) -> Void = { _ in }) async throws
            -> Answer
        {
            var signed = try await SignedEvent.sign(event, age: age)[0]
            change(&signed)
            return try await signed.post(to: stage.weir)
        }
        let good = Self.event("o-1", id: nil)
        for path in [\SignedEvent.timestamp, \SignedEvent.signature, \SignedEvent.client] {
            let answer = try await first(good) { $0[keyPath: path] = "" }
            #expect(answer.status == 401 && answer.header("www-authenticate") == #"Weir-Signature realm="weir""#)
        }
        for age in [310, -310] {
            let answer = try await first(good, age: age)
            #expect(answer.status == 401 && answer.field == "X-Weir-Timestamp", "\(answer.text)")
        }
        #expect(try await first(good, age: 280).status == 202)
        #expect(try await first(good, age: -280).status == 202)
        let cases: [(event: String, status: Int, field: String?)] = [
            (Self.event("o-1", id: nil, type: "order.lost"), 422, "event_type"),
            (#"{"event_type":"order.shipped","payload":{"openid":"o-1","parts":[]}}"#, 422, "payload.item"),
            (#"{"event_type":"order.shipped","payload":{"openid":"o-1","item":"x","parts":[{"n":1}]}}"#, 422, "name"),
            (#"{"event_type":"order.shipped","payload":{"item":"x"}}"#, 422, "payload.openid"),
            (#"{"event_type":"order.shipped","payload":{"openid":"","item":"x"}}"#, 422, "message.touser"),
        ]
        for (event, status, field) in cases {
            let answer = try await first(event)
            #expect(answer.status == status && answer.field == field, "\(answer.text)")
        }
        // Each with a time of its own, or it were a replay.
        #expect(try await first(good, age: 20) { $0.type = "text/plain" }.status == 415)
        #expect(try await first(good, age: 40) { $0.type = "application/msgpack" }.status == 400)
        #expect(try await first(good, age: 60) { $0.type = "application/x-protobuf" }.status == 400)
        let told = stage.weir.process.lines.filter { $0.contains("/v1/events") }
        #expect(!told.isEmpty && !told.contains { $0.contains("Tea") || $0.contains(Self.secret) })
    }
}
