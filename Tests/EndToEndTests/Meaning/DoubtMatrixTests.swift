import Testing

/// Each kind of doubt, for each type of message and class: the phone shows nothing twice, and the end is true or `unknown`.
@Suite(.serialized)
struct DoubtMatrixTests {
    /// A type of message, and whether WeChat knows a repeat of it.
    struct Kind: Sendable {
        var name: String
        var type: String
        var path: String
        var isKnown: Bool

        init(_ name: String, _ path: String, type: String? = nil, isKnown: Bool = false) {
            (self.name, self.type) = (name, type ?? name)
            self.path = "/cgi-bin/message/" + path
            self.isKnown = isKnown
        }

        static let all = [
            Kind("template", "template/send", isKnown: true), Kind("subscribe", "subscribe/bizsend"),
            Kind("mini_program", "subscribe/send"), Kind("custom", "custom/send"),
            Kind("mass", "mass/send", isKnown: true), Kind("mass-bare", "mass/send", type: "mass"),
        ]

        func body(to openID: String, number: Int) -> String {
            switch name {
            case "custom": return Message.customBody(to: openID)
            case "mass", "mass-bare":
                let id = isKnown ? "\"clientmsgid\":\"doubt-\(number)\"," : ""
                let text = "\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}"
                return "{\(id)\"touser\":[\"\(openID)\",\"\(openID)-too\"],\(text)}"
            default: return Message.templateBody(to: openID)
            }
        }
    }

    static let ambiguities = [
        (name: "hang", fault: "hang", members: ",\"ms\":8000"), (name: "reset", fault: "reset", members: ""),
        (name: "502", fault: "status", members: ",\"status\":502"), (name: "cut", fault: "cut", members: ""),
    ]

    private struct Case: Sendable {
        var kind: Kind
        var openID: String
        var fault: String
        var isDelivered: Bool
        var json: String
    }

    private static func cases() -> [Case] {
        var cases: [Case] = []
        for kind in Kind.all {
            for retryClass in ["consistent", "available", "async"] {
                for ambiguity in ambiguities {
                    for isDelivered in [false, true] {
                        cases.append(make(kind, retryClass, ambiguity, isDelivered, number: cases.count))
                    }
                }
            }
        }
        return cases
    }

    private static func make(
        _ kind: Kind,
        _ retryClass: String,
        _ ambiguity: (name: String, fault: String, members: String),
        _ isDelivered: Bool,
        number: Int
    ) -> Case {
        let openID = "o-\(kind.name)-\(retryClass)-\(ambiguity.name)-\(isDelivered ? "taken" : "lost")"
        let target = "\"api\":\"\(kind.path)\",\"to\":\"\(openID)\",\"count\":1,\"accept\":\(isDelivered ? 1 : 0)"
        let body = kind.body(to: openID, number: number)
        return Case(
            kind: kind,
            openID: openID,
            fault: "\(target),\"kind\":\"\(ambiguity.fault)\"\(ambiguity.members)",
            isDelivered: isDelivered,
            json: Message(type: kind.type, body: body, members: ",\"retry_class\":\"\(retryClass)\"").json
        )
    }

    private func stage() async throws -> Stage {
        let stage = try await Stage.start { settings in
            // Nothing but the doubts themselves may decide.
            settings.sections = """
                upstream: {timeout: 1s}
                breaker: {minimum_calls: 1000000, consecutive_failures: 0}
                retry:
                  consistent: {attempts: 3, backoff: 20ms, backoff_max: 100ms, ladder: [1s], max_age: 15m}
                  available: {attempts: 3, backoff: 20ms, backoff_max: 100ms, ladder: [1s], max_age: 2h}
                  async: {attempts: 1, ladder: [1s], lifetime: 3d}
                """
        }
        let quotas = "{\"/cgi-bin/message/mass/send\":100000}"
        _ = try await stage.sandbox.http.post("/_sandbox/config", "{\"daily\":\(quotas),\"minute\":\(quotas)}")
        return stage
    }

    @Test func `whatever doubt there is, no phone shows a message twice and no end is a guess`() async throws {
        let stage = try await stage()
        let cases = Self.cases()
        for each in cases { try await stage.sandbox.fault(each.fault) }
        let batch = "[\(cases.map(\.json).joined(separator: ","))]"
        let results = try await stage.weir.api.post("/v1/messages:batch", batch).data?["results"]?.array ?? []
        let ids = try results.map { try #require($0["id"]?.string) }
        #expect(ids.count == cases.count)
        try await eventually("nothing waits any more") { try await stage.weir.metrics().sum("weir_queue_depth") == 0 }
        let deliveries = try await stage.sandbox.deliveries()
        let shown = try await stage.sandbox.shown()
        for (each, id) in zip(cases, ids) {
            let status = try #require(try await stage.weir.status(id))
            let times = shown[each.openID] ?? 0
            let state = status["state"]?.string
            let doubt = status["ambiguity"]
            #expect(doubt?["attempt"]?.int == 1 && doubt?["since"]?.string != nil, "\(each.openID)")
            if each.kind.isKnown {
                #expect(state == "sent" && times == 1, "\(each.openID): \(state ?? ""), \(times)")
                #expect(doubt?["resolution"]?.string == "repeated", "\(each.openID)")
                // The one that it was taken under, also where the repeat drew 45065.
                let delivery = deliveries.first { $0["openid"]?.string == each.openID }
                #expect(status["msgid"]?.string == delivery?["msgid"]?.int.map(String.init), "\(each.openID)")
            } else {
                let isTrue = state == "unknown" && times == (each.isDelivered ? 1 : 0)
                #expect(isTrue, "\(each.openID): \(state ?? ""), \(times)")
                #expect(doubt?["resolution"]?.string == "none", "\(each.openID)")
                #expect(status["attempts"]?.array.count == 1, "\(each.openID)")
            }
        }
        let known = Double(cases.count { $0.kind.isKnown })
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_ambiguous_total", "app=\"main\"", "resolution=\"repeated\"") == known)
        #expect(metrics.sum("weir_ambiguous_total", "resolution=\"none\"") == Double(cases.count) - known)
    }

    @Test func `doubt outlives a forced redrive, a restart and a cancellation`() async throws {
        let stage = try await stage()
        let (bizsend, template) = (Kind.all[1].path, Kind.all[0].path)
        try await stage.sandbox.fault("\"api\":\"\(bizsend)\",\"kind\":\"reset_after_accept\",\"count\":1")
        let body = Message.templateBody(to: "o-once")
        let once = try await stage.weir.accept(Message(type: "subscribe", body: body))
        try await stage.weir.wait(once, for: "unknown")
        #expect(try await stage.weir.api.post("/v1/messages/\(once)/redrive").status == 409)
        // It waits, and a new process knows of the doubt before the redrive.
        _ = try await stage.weir.admin.post("/v1/apps/main/pause")
        #expect(try await stage.weir.api.post("/v1/messages/\(once)/redrive?force=true").status == 202)
        try await stage.weir.stop()
        let weir = try await WeirProcess.start(stage.settings)
        try await stage.sandbox.fault("\"api\":\"\(bizsend)\",\"kind\":\"errcode\",\"errcode\":43101,\"count\":1")
        _ = try await weir.admin.post("/v1/apps/main/resume")
        let end = try await weir.wait(once, for: "unknown")
        #expect(end["ambiguity"]?["resolution"]?.string == "probably_delivered")
        #expect(end["ambiguity"]?["attempt"]?.int == 1)
        #expect(end["attempts"]?.array.map { $0["outcome"]?.string } == ["unknown", "recipient"])
        #expect(try await weir.metrics().sum("weir_ambiguous_total", "resolution=\"probably_delivered\"") == 1)
        let told = try await weir.api.get("/v1/messages/\(once)/explain").data?["summary"]?.string ?? ""
        #expect(told.contains("probably"), "\(told)")

        // In doubt while it waits, and then cancelled: it may have arrived.
        try await stage.sandbox.fault("\"api\":\"\(template)\",\"kind\":\"reset_after_accept\",\"count\":1")
        try await stage.sandbox.fault("\"api\":\"\(template)\",\"kind\":\"errcode\",\"errcode\":45009,\"count\":1")
        let parked = try await weir.accept(.template(to: "o-parked"))
        try await eventually("it waits in doubt") {
            let status = try await weir.status(parked)
            return status?["reason"]?.string == "quota_exhausted" && status?["ambiguity"]?["resolution"] == nil
        }
        let cancelled = try await weir.api.call("DELETE", "/v1/messages/\(parked)")
        #expect(cancelled.status == 200 && cancelled.data?["state"]?.string == "unknown", "\(cancelled.text)")
        #expect(cancelled.data?["ambiguity"]?["resolution"]?.string == "none")
        #expect(try await stage.sandbox.shown() == ["o-once": 1, "o-parked": 1])
    }
}
