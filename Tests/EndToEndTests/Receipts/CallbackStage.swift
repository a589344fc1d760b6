import Foundation

/// A gateway with a callback listener before a sandbox that pushes receipts there.
struct CallbackStage: Sendable {
    static let token = "CbToken1"
    static let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    static let oldKey = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"
    static let paths = [
        "main": "/wechat/main", "zero": "/wechat/zero", "late": "/wechat/late", "never": "/wechat/never",
    ]
    static let appIDs = ["zero": "wxzero", "late": "wxlate", "never": "wxnever"]

    var settings: WeirSettings
    let sandbox: SandboxProcess
    var weir: WeirProcess

    static func start() async throws -> CallbackStage {
        let sandbox = try await SandboxProcess.start(appIDs: appIDs.values.sorted())
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.server = ", callback: \"127.0.0.1:0\""
        settings.limits +=
            "\n    callback: {path: /wechat/main, token: \(token), aes_key: [\(key), \(oldKey)], mode: safe}"
        settings.apps = appIDs.sorted { $0.key < $1.key }.map { name, appID in
            """
              \(name):
                appid: \(appID)
                secret: "\(SandboxProcess.secret)"
                hosts: ["http://127.0.0.1:\(sandbox.http.port)"]
                callback: {path: /wechat/\(name), token: \(token), mode: plain}
                receipts: {missing_after: 1s}
            """
        }.joined(separator: "\n")
        // What has no msgid is matched when every attempt is over: a second and two later.
        settings.sections = "upstream: {timeout: 1s}"
        return CallbackStage(settings: settings, sandbox: sandbox, weir: try await WeirProcess.start(settings))
    }

    /// Of the callback listener.
    var port: Int {
        get throws {
            guard let port = weir.process.port(of: "callback") else {
                throw NeverHappened(description: "no callback listener")
            }
            return port
        }
    }

    func url(_ app: String = "main") throws -> String {
        "http://127.0.0.1:\(try port)\(CallbackStage.paths[app] ?? "/")"
    }

    /// Has the sandbox push an app's receipts, with further members each with its comma in front.
    func push(_ app: String = "main", _ members: String = "") async throws {
        let appID = CallbackStage.appIDs[app] ?? SandboxProcess.appID
        let mode = app == "main" ? ",\"mode\":\"safe\",\"aes_key\":\"\(CallbackStage.key)\"" : ""
        let own = "\"appid\":\"\(appID)\",\"url\":\"\(try url(app))\",\"token\":\"\(CallbackStage.token)\""
        let answer = try await sandbox.http.post("/_sandbox/callback", "{\(own)\(mode)\(members)}")
        guard answer.status == 200 else { throw NeverHappened(description: "callback refused: \(answer.text)") }
    }

    /// Hands a template message over for an app.
    func send(to openID: String, app: String = "main", type: String = "template") async throws -> String {
        let message = Message(type: type, body: Message.templateBody(to: openID), members: ",\"app\":\"\(app)\"")
        return try await weir.accept(message)
    }

    /// Waits for a message's receipt, and returns its status.
    @discardableResult
    func receipt(_ state: String, of id: String) async throws -> JSONAny {
        try await eventually("message \(id) has the receipt \(state)") {
            let status = try await weir.status(id)
            return status?["receipt"]?["state"]?.string == state ? status : nil
        }
    }

    /// Posts as WeChat does, with wechatpy's crypto.
    func post(_ pushes: [[String: String]]) async throws -> [(status: Int, body: String)] {
        let all = try pushes.map { push in
            var push = push
            push["url"] = try push["url"] ?? url(push["app"] ?? "main")
            push["token"] = push["token"] ?? CallbackStage.token
            push["appid"] = push["appid"] ?? SandboxProcess.appID
            return push
        }
        let text = String(decoding: try JSONSerialization.data(withJSONObject: all), as: UTF8.self)
        let run = try await CommandRun.python("callbacks.py", [text])
        guard run.status == 0, let answers = JSONAny(run.output)?.array else {
            throw NeverHappened(description: "callbacks.py: \(run.errors)")
        }
        return answers.map { ($0["status"]?.int ?? -1, $0["body"]?.string ?? "") }
    }
}
