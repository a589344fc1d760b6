/// Busy mixed traffic with faults, for whoever looks at what it leaves behind.
struct MetricsTraffic: Sendable {
    let stage: Stage
    /// The virtual token of the calls.
    let token: String

    static let client = "orders"
    private static let headers = Stage.authorization(of: client) + [(name: "Content-Type", value: "application/json")]

    /// Starts a gateway with a client, and sends until every message has come to its end.
    static func run() async throws -> MetricsTraffic {
        let stage = try await Stage.start { settings in
            settings.sections = """
                \(Stage.clients([client: ""]))breaker: {minimum_calls: 1000}
                retry:
                  available: {attempts: 5, backoff: 20ms, ladder: [1s], max_age: 1m}
                """
        }
        let traffic = MetricsTraffic(stage: stage, token: try await stage.weir.token(secret: Stage.key(of: client)))
        for kind in [
            #""kind":"errcode","errcode":-1"#, #""kind":"reset""#, #""kind":"close_after_accept""#, #""kind":"html""#,
        ] {
            for api in ["message/template/send", "message/custom/send", "user/info"] {
                try await stage.sandbox.fault(#"\#(kind),"api":"/cgi-bin/\#(api)","rate":0.2,"count":4"#)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 { group.addTask { try await traffic.send(number) } }
            for number in 0..<40 { group.addTask { try await traffic.call(number) } }
            group.addTask { try await stage.sandbox.rival() }
            try await group.waitForAll()
        }
        try await eventually("every message has ended") {
            try await traffic.list("state=pending,sending&limit=1").isEmpty
        }
        return traffic
    }

    private func send(_ number: Int) async throws {
        let openID = ["o-secret-user-\(number)", "o-unfollowed-\(number)", "o-refused-\(number)"][
            number % 7 < 5 ? 0 : number % 7 - 4
        ]
        let priority = ["urgent", "high", "normal", "low"][number % 4]
        let members = ",\"priority\":\"\(priority)\""
        let messages: [Message] = [
            .template(to: openID, members: members), .custom(to: openID, members: members),
            Message(
                type: "subscribe",
                body: #"{"touser":"\#(openID)","template_id":"t","data":{"thing1":{"value":"x"}}}"#
            ),
        ]
        _ = try await stage.weir.send(messages[number % 3], headers: Self.headers)
        guard number % 10 == 0 else { return }
        _ = try await stage.weir.send(.template(to: ""), headers: Self.headers)
        _ = try await stage.weir.send(.template(to: openID), headers: [("Authorization", "Bearer nobody's key")])
        _ = try await stage.weir.api.call("GET", "/v1/messages/\(openID)", headers: Self.headers)
    }

    private func call(_ number: Int) async throws {
        let targets = [
            "/cgi-bin/user/info?openid=o-secret-user-\(number)&access_token=\(token)",
            "/cgi-bin/get_api_domain_ip?access_token=\(token)",
            "/cgi-bin/no/such/path-\(number)?access_token=\(token)",
            "/cgi-bin/user/info?openid=o-secret-user-1&access_token=foreign-token-\(number)",
            "/cgi-bin/user/info?openid=o-secret-user-1",
            "/%22%0A\\?access_token=\(token)",
        ]
        _ = try await stage.weir.api.get(targets[number % targets.count])
        _ = try await stage.weir.api.call("LOCK", "/v1/coffee-\(number)")
    }

    /// The client's messages, attempts left out.
    func list(_ query: String) async throws -> [JSONAny] {
        let answer = try await stage.weir.api.call("GET", "/v1/messages?\(query)", headers: Self.headers)
        return try answer.data?["messages"]?.array ?? { throw NeverHappened(description: answer.text) }()
    }

    /// One message with its attempts.
    func message(_ id: String) async throws -> JSONAny {
        let answer = try await stage.weir.api.call("GET", "/v1/messages/\(id)", headers: Self.headers)
        return try answer.data ?? { throw NeverHappened(description: answer.text) }()
    }
}
