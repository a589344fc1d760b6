import Foundation

/// A gateway with a callback in plain mode, and what WeChat pushes there.
struct SuppressionStage: Sendable {
    private static let otherID = "wxother"
    static let template = "/cgi-bin/message/template/send"

    var settings: WeirSettings
    let sandbox: SandboxProcess
    var weir: WeirProcess

    /// - Parameter suppress: the app's `suppress`, in YAML's flow style.
    static func start(suppress: String = "{}", sections: String = "") async throws -> SuppressionStage {
        let sandbox = try await SandboxProcess.start(appIDs: [otherID])
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.server = ", callback: \"127.0.0.1:0\""
        settings.limits += "\n    callback: {path: /wechat/main, token: \(CallbackStage.token), mode: plain}"
        settings.limits += "\n    suppress: \(suppress)"
        settings.apps = """
              other:
                appid: \(otherID)
                secret: "\(SandboxProcess.secret)"
                hosts: ["http://127.0.0.1:\(sandbox.http.port)"]
            """
        settings.sections = sections
        return SuppressionStage(settings: settings, sandbox: sandbox, weir: try await WeirProcess.start(settings))
    }

    /// Ends the gateway by force, and starts another.
    mutating func restart() async throws {
        try await weir.crash()
        weir = try await WeirProcess.start(settings)
    }

    // MARK: Messages

    /// Hands a template message to each of `numbers` over, in batches, and returns the answers.
    func campaign(_ numbers: Range<Int>) async throws -> [JSONAny] {
        var results: [JSONAny] = []
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 1_000) {
            let items = (start..<min(start + 1_000, numbers.upperBound)).map {
                SuppressionStage.ofMain(.template(to: SuppressionStage.user($0))).json
            }
            let answer = try await weir.api.post("/v1/messages:batch", "[\(items.joined(separator: ","))]")
            results += answer.data?["results"]?.array ?? []
        }
        try await drain()
        return results
    }

    static func ofMain(_ message: Message) -> Message {
        var message = message
        message.members += ",\"app\":\"main\""
        return message
    }

    /// Every other user has unfollowed.
    static func user(_ number: Int) -> String {
        number % 2 == 0 ? "o-\(number)" : "o-unfollowed-\(number)"
    }

    func drain() async throws {
        try await eventually("nothing waits") { try await weir.metrics().sum("weir_queue_depth") == 0 }
    }

    /// Sends one, and returns its status when it has ended.
    @discardableResult
    func send(_ message: Message) async throws -> JSONAny {
        let answer = try await weir.send(SuppressionStage.ofMain(message), headers: [("Prefer", "wait=30")])
        guard answer.status == 200, let data = answer.data else {
            throw NeverHappened(description: "\(answer.status) \(answer.text)")
        }
        return data
    }

    func isSuppressed(_ message: Message) async throws -> Bool {
        let message = SuppressionStage.ofMain(message)
        let answer = try await weir.send(message, headers: [("Prefer", "wait=30")])
        return answer.status == 422 && answer.json?["error"]?.string == "suppressed"
    }

    static func subscription(to openID: String, template: String = "T1") -> Message {
        let data = #"{"thing1":{"value":"x"}}"#
        let body = #"{"touser":"\#(openID)","template_id":"\#(template)","data":\#(data)}"#
        return Message(type: "subscribe", body: body)
    }

    // MARK: WeChat

    /// Pushes an event of a user's, as WeChat does.
    func push(_ event: String, of openID: String, _ members: String = "") async throws {
        try await push(kind: "event", of: openID, "<Event><![CDATA[\(event)]]></Event>\(members)")
    }

    /// Pushes what a user wrote.
    func pushText(of openID: String) async throws {
        try await push(kind: "text", of: openID, "<Content><![CDATA[hello]]></Content><MsgId>1</MsgId>")
    }

    private func push(kind type: String, of openID: String, _ members: String) async throws {
        guard let port = weir.process.port(of: "callback") else {
            throw NeverHappened(description: "no callback listener")
        }
        let body =
            "<xml><ToUserName>gh_1</ToUserName><FromUserName><![CDATA[\(openID)]]></FromUserName>"
            + "<CreateTime>\(Int(Date().timeIntervalSince1970))</CreateTime><MsgType><![CDATA[\(type)]]></MsgType>\(members)</xml>"
        let push = [
            "url": "http://127.0.0.1:\(port)/wechat/main", "token": CallbackStage.token,
            "appid": SandboxProcess.appID, "body": body,
        ]
        let text = String(decoding: try JSONSerialization.data(withJSONObject: [push]), as: UTF8.self)
        let run = try await CommandRun.python("callbacks.py", [text])
        guard run.status == 0, JSONAny(run.output)?.array.first?["status"]?.int == 200 else {
            throw NeverHappened(description: "callbacks.py: \(run.output) \(run.errors)")
        }
    }

    /// Has the sandbox push receipts that say this.
    func pushReceipts(_ status: String) async throws {
        guard let port = weir.process.port(of: "callback") else {
            throw NeverHappened(description: "no callback listener")
        }
        let own = "\"appid\":\"\(SandboxProcess.appID)\",\"url\":\"http://127.0.0.1:\(port)/wechat/main\""
        let members = "{\(own),\"token\":\"\(CallbackStage.token)\",\"status\":\"\(status)\"}"
        let answer = try await sandbox.http.post("/_sandbox/callback", members)
        guard answer.status == 200 else { throw NeverHappened(description: "callback refused: \(answer.text)") }
    }

    /// Calls that came to WeChat by this path.
    func calls(_ path: String = template) async throws -> Int {
        try await sandbox.requests(path).count
    }
}
