import Foundation
import Testing

/// `/openapi.yaml` against what the gateway really answers.
struct OpenAPITests {
    private static let later =
        #","not_before":"2099-01-01T00:00:00Z","not_after":"2099-01-02T00:00:00Z","metadata":{"order":"1"}"#
    private static let adminKey = "admin-key-0123456789abcdef"
    private static let admin = [(name: "Authorization", value: "Bearer \(adminKey)")]
    private static let orders = Stage.authorization(of: "orders")

    @Test func `the description is served, valid, and true of every operation`() async throws {
        let stage = try await Stage.start { settings in
            settings.server = ", admin_key: \"\(Self.adminKey)\""
            settings.sections = """
                \(Stage.clients(["orders": Self.events + Self.budgets, "slow": ", rate: 1/m"]))retry:
                  once: {attempts: 1, ladder: [], max_age: 1m}
                queue: {capacity: 9}
                alerts:
                  clients: [orders, slow]
                  sinks: {oncall: {type: custom, to: [o-1]}}
                  routes: [{to: [oncall]}]
                """
        }
        let exchanges = OpenAPIExchanges(stage: stage)
        try await useAlerts(exchanges)
        try await useEvents(exchanges)
        try await signPages(exchanges)
        try await useMessages(exchanges)
        try await useMessagesAsOperator(exchanges)
        try await useSuppressions(exchanges)
        try await useAdmin(exchanges)
        try await raiseBudgets(exchanges)
        let served = try await stage.weir.api.get("/openapi.yaml")
        #expect(served.status == 200)
        #expect(served.header("content-type")?.hasPrefix("application/yaml") == true)
        let folder = try TemporaryFolder()
        let run = try await CommandRun.python(
            "openapi.py",
            [try folder.write("openapi.yaml", served.text), try folder.write("exchanges", exchanges.lines)]
        )
        #expect(run.status == 0, "\(run.errors)")
        #expect(exchanges.statuses.isSuperset(of: [200, 202, 400, 401, 403, 404, 409, 413, 422, 429, 503]))
    }

    private func useAlerts(_ api: OpenAPIExchanges) async throws {
        let webhook = #"{"version":"4","groupKey":"g","alerts":[{"status":"firing","labels":{"alertname":"A"}}]}"#
        for body in [webhook, webhook, "{", webhook.replacingOccurrences(of: "\"4\"", with: "\"5\"")] {
            try await api.call("POST", "/v1/alerts", Self.orders, body)
        }
        try await api.call("POST", "/v1/alerts", [], webhook)
    }

    private static let events =
        ", events: {secret: \(SignedEvent.secret), map: {a: {type: custom, to: \"{{payload.to}}\", text: hi}}}"

    private func useEvents(_ api: OpenAPIExchanges) async throws {
        let bodies = [#"{"event_type":"a","id":"e","payload":{"to":"o-1"}}"#, #"{"event_type":"b","payload":{}}"#]
        for (body, ages) in [(bodies[0], [0, 20]), (bodies[1], [0, 310])] {
            for age in ages {
                var event = try #require(try await SignedEvent.sign(body, age: age).first)
                event.client = "orders"
                for _ in 0..<2 {
                    try await api.call("POST", "/v1/events", event.headers, String(decoding: event.body, as: UTF8.self))
                }
            }
        }
        try await api.call("POST", "/v1/events", [], bodies[0])
    }

    private func signPages(_ api: OpenAPIExchanges) async throws {
        let path = "/v1/apps/main/jssdk-signature"
        try await api.call("GET", path + "?url=https%3A%2F%2Fa.example%2F%23top", Self.orders)
        for query in ["", "?url=a", "?url=https%3A%2F%2Fa&b=1"] { try await api.call("GET", path + query, Self.orders) }
        try await api.call("GET", path + "?url=https%3A%2F%2Fa")
        try await api.call("GET", "/v1/apps/gone/jssdk-signature?url=https%3A%2F%2Fa", Self.orders)
    }

    private func useMessages(_ api: OpenAPIExchanges) async throws {
        let stage = api.stage
        let good = Message.template(to: "o-1", members: #","app":"main","priority":"high","retry_class":"once""#).json
        let key = [(name: "Idempotency-Key", value: "k")]
        for path in ["/openapi.yaml", "/healthz", "/readyz", "/readyz/messages"] { try await api.call("GET", path) }
        try await api.call("POST", "/v1/messages", Self.orders + key, good)
        try await api.call("POST", "/v1/messages", Self.orders + key, good)
        try await api.call("POST", "/v1/messages", Self.orders + key, Message.template(to: "o-2").json)
        try await api.call("POST", "/v1/messages", Self.orders + [("Prefer", "wait=30")], good)
        try await api.call(
            "POST",
            "/v1/messages",
            Self.orders + [("Prefer", "wait=30")],
            Message.template(to: "o-unfollowed").json
        )
        try await api.call("POST", "/v1/messages", [], good)
        try await api.call("POST", "/v1/messages", Self.orders, "{")
        try await api.call("POST", "/v1/messages", Self.orders, "{}")
        try await api.call("POST", "/v1/messages", Self.orders, String(repeating: " ", count: 300_000))
        let slow = Stage.authorization(of: "slow")
        try await api.call("POST", "/v1/messages", slow, good)
        try await api.call("POST", "/v1/messages", slow, good)
        try await api.call("POST", "/v1/messages:batch", Self.orders, "[\(good),{},3]")
        try await api.call("POST", "/v1/messages:batch", slow, "[\(good)]")
        try await api.call("POST", "/v1/messages:batch", Self.orders, "[]")
        try await api.call("POST", "/v1/messages:batch", [], "[]")

        try await stage.sandbox.fault(#""kind":"errcode","errcode":-1"#)
        let dead = try await api.call("POST", "/v1/messages", Self.orders + [("Prefer", "wait=30")], good)
        try await stage.sandbox.endFaults()
        try await stage.sandbox.fault(#""kind":"latency","ms":2000,"count":1"#)
        let slowly = try await api.call("POST", "/v1/messages", Self.orders, good)
        try await eventually("it is in flight") {
            try await stage.weir.metrics().sum("weir_queue_depth", "state=\"in_flight\"") == 1
        }
        try await useOne(api, id(slowly), cancels: 409)
        let waiting = try await api.call(
            "POST",
            "/v1/messages",
            Self.orders,
            Message.template(to: "o-1", members: Self.later).json
        )
        try await useOne(api, id(waiting), cancels: 200)
        try await api.call("GET", "/v1/messages/\(id(dead))", Self.orders)
        for headers in [Self.orders, slow, []] {
            try await api.call("GET", "/v1/messages/\(id(dead))/explain", headers)
        }
        try await api.call("GET", "/v1/messages/\(id(dead))")
        try await api.call("POST", "/v1/messages/\(id(dead))/redrive", Self.orders, "")
        for query in [
            "", "?limit=2", "?limit=2&state=sent", "?state=dead,failed&app=main&to=o-1", "?state=gone", "?colour=red",
        ] {
            try await api.call("GET", "/v1/messages\(query)", Self.orders)
            try await api.call("POST", "/v1/redrive\(query)", Self.orders, "")
        }
        try await api.call("GET", "/v1/messages")
        try await api.call("POST", "/v1/redrive", [], "")
        try await useErrcodes(api)
        // One more than the queue has room for, whatever waits besides.
        for _ in 0..<10 {
            try await api.call(
                "POST",
                "/v1/messages",
                Self.orders,
                Message.template(to: "o-1", members: Self.later).json
            )
        }
    }

    private func useErrcodes(_ api: OpenAPIExchanges) async throws {
        for code in ["45009", "-1", "7654321", "x"] {
            try await api.call("GET", "/v1/errcodes/\(code)", Self.orders)
        }
        try await api.call("GET", "/v1/errcodes/45009")
        for query in ["", "?app=main", "?app=nobody", "?colour=red"] {
            try await api.call("GET", "/v1/quota\(query)", Self.orders)
        }
        try await api.call("GET", "/v1/quota")
    }

    private func useOne(_ api: OpenAPIExchanges, _ id: String, cancels status: Int) async throws {
        try await api.call("GET", "/v1/messages/\(id)", Self.orders)
        try await api.call("GET", "/v1/messages/\(id)/explain", Self.orders)
        try await api.call("GET", "/v1/messages/\(id)/explain", Self.orders + [("Accept", "text/plain")])
        #expect(try await api.call("DELETE", "/v1/messages/\(id)", Self.orders).status == status)
        try await api.call("DELETE", "/v1/messages/\(id)", Stage.authorization(of: "slow"))
        try await api.call("DELETE", "/v1/messages/\(id)")
        try await api.call("POST", "/v1/messages/\(id)/redrive", Self.orders, "")
        try await api.call("GET", "/v1/messages/0000000000000", Self.orders)
    }

    private func useMessagesAsOperator(_ exchanges: OpenAPIExchanges) async throws {
        let list = try await exchanges.admin("GET", "/v1/messages?client=orders&limit=1000", Self.admin)
        let messages = list.data?["messages"]?.array ?? []
        #expect(!messages.isEmpty && messages.allSatisfy { $0["client"]?.string == "orders" })
        let id = messages.first { $0["state"]?.string == "pending" }?["id"]?.string ?? ""
        for query in ["", "?state=gone", "?colour=red"] {
            try await exchanges.admin("GET", "/v1/messages\(query)", Self.admin)
            try await exchanges.admin("POST", "/v1/redrive\(query)", Self.admin)
        }
        for (method, path) in [
            ("GET", "/v1/messages/\(id)"), ("GET", "/v1/messages/\(id)/explain"), ("DELETE", "/v1/messages/\(id)"),
            ("POST", "/v1/messages/\(id)/redrive"), ("GET", "/v1/messages/0000000000000"),
        ] {
            try await exchanges.admin(method, path, Self.admin)
            try await exchanges.admin(method, path)
        }
        try await exchanges.admin("GET", "/v1/messages/\(id)/explain", Self.admin + [("Accept", "text/plain")])
        for headers in [Self.admin, []] { try await exchanges.admin("GET", "/v1/errcodes/45009", headers) }
        let failed = messages.first { $0["state"]?.string == "failed" }?["id"]?.string ?? ""
        #expect(try await exchanges.admin("POST", "/v1/messages/\(failed)/redrive", Self.admin).status == 202)
    }

    /// The one that unfollowed was suppressed by its first message, as long as something is lifted twice.
    private func useSuppressions(_ exchanges: OpenAPIExchanges) async throws {
        let refused = try await exchanges.call(
            "POST",
            "/v1/messages",
            Self.orders,
            Message.template(to: "o-unfollowed").json
        )
        #expect(refused.status == 422 && refused.json?["error"]?.string == "suppressed")
        let path = "/v1/suppressions"
        for query in ["", "?app=main&to=o-unfollowed&limit=1", "?app=nobody", "?limit=0", "?colour=red", "?cursor=x"] {
            try await exchanges.call("GET", path + query, Self.orders)
            try await exchanges.admin("GET", path + query, Self.admin)
        }
        let mine = path + "/main/o-unfollowed"
        for path in [mine, mine, path + "/nobody/o-1"] {
            try await exchanges.call("DELETE", path, Self.orders)
            try await exchanges.admin("DELETE", path, Self.admin)
        }
        try await exchanges.call("GET", path)
        try await exchanges.call("DELETE", mine)
        try await exchanges.admin("GET", path)
        try await exchanges.admin("DELETE", mine)
    }

    private func id(_ answer: Answer) -> String {
        answer.data?["id"]?.string ?? ""
    }

    private static let budgets = ", budgets: [{api: /cgi-bin/menu/get, limit: 5/d}]"

    private func raiseBudgets(_ exchanges: OpenAPIExchanges) async throws {
        let until = Date().addingTimeInterval(3600).ISO8601Format()
        let good = #"{"api":"/cgi-bin/menu/get","limit":9,"until":"\#(until)","reason":"a sale"}"#
        for body in [good, "{", #"{"api":"*"}"#, good.replacingOccurrences(of: "menu/get", with: "x")] {
            try await exchanges.admin("POST", "/v1/clients/orders/raise", Self.admin, body)
        }
        try await exchanges.admin("POST", "/v1/clients/orders/raise", [], good)
        try await exchanges.admin("GET", "/v1/state", Self.admin)
    }

    private func useOperations(_ exchanges: OpenAPIExchanges) async throws {
        for path in ["/v1/redrive", "/v1/cancel"] {
            for body in [
                #"{"filter":{"all":true},"dry_run":true}"#,
                #"{"filter":{"app":"main"},"rate":"1/d","reason":"a test"}"#,
                #"{"filter":{}}"#, "{",
            ] {
                try await exchanges.admin("POST", path, Self.admin, body)
            }
            try await exchanges.admin("POST", path, [], "{}")
        }
        let list = try await exchanges.admin("GET", "/v1/operations", Self.admin)
        let id = list.data?["operations"]?.array.first?["id"]?.string ?? ""
        for id in [id, "nobody"] {
            try await exchanges.admin("GET", "/v1/operations/\(id)", Self.admin)
            for order in ["pause", "resume", "stop", "resume"] {
                try await exchanges.admin("POST", "/v1/operations/\(id)/\(order)", Self.admin)
            }
        }
        for body in [#"{"app":"main","to":"o-1","reason":"a test"}"#, #"{"app":"main"}"#, "{"] {
            try await exchanges.admin("POST", "/v1/forget", Self.admin, body)
        }
        for query in ["", "?limit=1", "?app=main&to=o-1", "?colour=red"] {
            try await exchanges.admin("GET", "/v1/audit\(query)", Self.admin)
        }
    }

    private func useAdmin(_ exchanges: OpenAPIExchanges) async throws {
        let stage = exchanges.stage
        for path in ["/", "/metrics", "/healthz", "/readyz", "/readyz/messages", "/openapi.yaml", "/v1/state"] {
            try await exchanges.admin("GET", path, Self.admin)
        }
        try await exchanges.admin("GET", "/metrics", [("Accept", "application/openmetrics-text")])
        let state = try await exchanges.admin("GET", "/v1/state", Self.admin)
        let name = state.data?["breakers"]?.array.first?["name"]?.string ?? ""
        for path in [
            "/v1/breakers/\(name)/open", "/v1/breakers/nobody/open", "/v1/breakers/\(name)/close",
            "/v1/breakers/\(name)/auto",
        ] {
            try await exchanges.admin("POST", path, Self.admin)
            try await exchanges.admin("GET", "/v1/state", Self.admin)
            try await exchanges.admin("POST", path)
        }
        let clear = "/v1/apps/main/clear-quota"
        for path in [
            clear, "/v1/apps/main/pause", clear, "/v1/apps/main/resume", "/v1/apps/nobody/pause",
            "/v1/apps/nobody/clear-quota",
        ] {
            try await exchanges.admin("POST", path, Self.admin)
            try await exchanges.admin("GET", "/v1/state", Self.admin)
            try await exchanges.admin("POST", path)
        }
        for _ in 0..<10 { try await exchanges.admin("POST", clear, Self.admin) }
        try await useOperations(exchanges)
        for query in ["", "?app=main", "?app=nobody", "?colour=red"] {
            try await exchanges.admin("GET", "/v1/quota\(query)", Self.admin)
        }
        try await exchanges.admin("GET", "/v1/quota")
        try await exchanges.admin("GET", "/v1/state")
        try await exchanges.admin("GET", "/")
        try await exchanges.admin("POST", "/v1/reload", Self.admin)
        try await exchanges.admin("POST", "/v1/reload")
        try stage.settings.folder.write("weir.yml", "apps: {}")
        try await exchanges.admin("POST", "/v1/reload", Self.admin)
        // Without clients, whoever comes from elsewhere is refused.
        let open = OpenAPIExchanges(stage: try await Stage.start())
        try await open.call("GET", "/v1/messages", [("X-Forwarded-For", "10.0.0.1")])
        exchanges.add(open)
    }
}
