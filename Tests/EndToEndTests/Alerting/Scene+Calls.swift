import Foundation

/// What callers of a scene's gateway do.
extension Scene {
    static let template = "/cgi-bin/message/template/send"
    static let custom = "/cgi-bin/message/custom/send"
    static let token = "/cgi-bin/stable_token"

    /// Hands a message over.
    @discardableResult
    func send(_ message: Message, as client: String = "orders") async throws -> Answer {
        let headers = Stage.authorization(of: client)
        return try keep(await weir.api.call("POST", "/v1/messages", headers: headers, body: message.json))
    }

    /// Hands a template message over, to somebody new.
    @discardableResult
    func send(_ members: String = "") async throws -> Answer {
        try await send(.template(to: openID(), members: members))
    }

    /// Relays a template message to somebody new.
    @discardableResult
    func relay(timeout: String = "4.5") async throws -> Answer {
        let target = try await "\(Scene.template)?access_token=\(token())"
        let headers = [(name: "X-Weir-Timeout", value: timeout)]
        let body = Message.templateBody(to: openID())
        return try keep(await weir.api.call("POST", target, headers: headers, body: body))
    }

    /// Relays a read that has an openid in its query.
    @discardableResult
    func look(token: String?) async throws -> Answer {
        let query = token.map { "&access_token=\($0)" } ?? ""
        return try keep(await weir.api.get("/cgi-bin/user/info?openid=\(openID())\(query)"))
    }

    /// The sandbox misbehaves at one path until `sandbox.endFaults`.
    func fault(_ path: String, _ kind: String, _ members: String = "") async throws {
        try await sandbox.fault("\"api\":\"\(path)\",\"kind\":\"\(kind)\"\(members)")
    }

    /// Changes the sandbox's rules.
    func configure(_ members: String) async throws {
        let answer = try await sandbox.http.post("/_sandbox/config", "{\(members)}")
        guard answer.status == 200 else { throw NeverHappened(description: "refused: \(answer.text)") }
    }

    /// Somebody else refreshes the token.
    func rival() async throws {
        await protectToken()
        try await sandbox.rival()
        await protectToken()
    }

    /// Asks the sandbox for the token in force, so that it can be looked for.
    func protectToken() async {
        let body = """
            {"grant_type":"client_credential","appid":"\(SandboxProcess.appID)","secret":"\(SandboxProcess.secret)"}
            """
        guard let token = try? await sandbox.http.post(Scene.token, body).json?["access_token"]?.string else { return }
        evidence.protect(token)
    }

    /// Keeps the metrics page as it is now.
    func keepMetrics() async {
        guard let page = try? await weir.admin.get("/metrics") else { return }
        evidence.keep(page.text, from: "\(name): /metrics")
    }

    /// Keeps what the messages API says of the newest messages, WeChat's words about their attempts included.
    func keepMessages() async throws {
        let headers = Stage.authorization(of: "orders")
        let list = try await weir.api.call("GET", "/v1/messages?limit=100", headers: headers)
        evidence.keep(list.text, from: "\(name): the list of messages")
        for message in list.data?["messages"]?.array.prefix(20) ?? [] {
            let answer = try await weir.api.call("GET", "/v1/messages/\(message["id"]?.string ?? "")", headers: headers)
            evidence.keep(answer.text, from: "\(name): a message")
        }
    }

    /// Posts a webhook about a new alert, as an Alertmanager does.
    @discardableResult
    func notify(as client: String = "orders") async throws -> Answer {
        let number = openID()
        let start = Date().ISO8601Format()
        let body = """
            {"version":"4","groupKey":"{}:{alertname=\\"Test-\(number)\\"}","status":"firing","receiver":"phone","truncatedAlerts":0,
            "groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://127.0.0.1","alerts":[
            {"status":"firing","labels":{"alertname":"Test"},"annotations":{},"startsAt":"\(start)",
            "endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"\(number)"}]}
            """
        let headers = Stage.authorization(of: client)
        return try keep(await weir.api.call("POST", "/v1/alerts", headers: headers, body: body))
    }
}
