import Foundation

/// `weir serve` on free ports.
final class WeirProcess: Sendable {
    let process: ChildProcess
    let api: HTTPEndpoint
    let admin: HTTPEndpoint

    private init(process: ChildProcess, api: Int, admin: Int) {
        self.process = process
        self.api = HTTPEndpoint(port: api)
        self.admin = HTTPEndpoint(port: admin)
    }

    /// Starts it and returns as soon as it accepts messages.
    static func start(_ settings: WeirSettings) async throws -> WeirProcess {
        try await ready(launch(settings))
    }

    /// Returns as soon as a process that was launched accepts messages.
    static func ready(_ process: ChildProcess) async throws -> WeirProcess {
        let (api, admin) = try await eventually("weir listens") { () -> (Int, Int)? in
            if let status = process.status {
                throw NeverHappened(description: "weir ended with \(status): \(process.lines.joined(separator: "\n"))")
            }
            guard let api = process.port(of: "api"), let admin = process.port(of: "admin") else { return nil }
            return (api, admin)
        }
        let weir = WeirProcess(process: process, api: api, admin: admin)
        try await eventually("weir is ready") { try await weir.admin.get("/readyz/messages").status == 200 }
        return weir
    }

    /// Starts it under the shell's `ulimit`.
    static func start(_ settings: WeirSettings, limits: [String]) async throws -> WeirProcess {
        let line = limits.map { "ulimit \($0) && " }.joined() + "exec \"$0\" serve --config \"$1\""
        let file = try settings.write()
        let arguments = ["-c", line, try Binary.weir(), file]
        return try await ready(ChildProcess("/bin/bash", arguments, environment: settings.environment))
    }

    /// Starts it without waiting for anything: for starts that fail.
    static func launch(_ settings: WeirSettings) throws -> ChildProcess {
        let file = try settings.write()
        return try ChildProcess(Binary.weir(), ["serve", "--config", file], environment: settings.environment)
    }

    /// SIGTERM, and its exit status.
    @discardableResult
    func stop() async throws -> Int32 {
        process.signal(SIGTERM)
        return try await process.ended()
    }

    /// kill -9.
    func crash() async throws {
        process.signal(SIGKILL)
        try await process.ended()
    }

    // MARK: Messages

    /// Hands a message over.
    func send(_ message: Message, headers: [(name: String, value: String)] = []) async throws -> Answer {
        try await api.call(
            "POST",
            "/v1/messages",
            headers: headers + [("Content-Type", "application/json")],
            body: message.json
        )
    }

    /// Hands a message over that must be accepted, and returns its id.
    func accept(_ message: Message) async throws -> String {
        let answer = try await send(message)
        guard answer.status == 202, let id = answer.json?["data"]?["id"]?.string else {
            throw NeverHappened(description: "not accepted: \(answer.status) \(answer.text)")
        }
        return id
    }

    /// `data` of the status call.
    func status(_ id: String) async throws -> JSONAny? {
        try await api.get("/v1/messages/\(id)").json?["data"]
    }

    /// Waits until a message is in this state, and returns its status.
    @discardableResult
    func wait(_ id: String, for state: String) async throws -> JSONAny {
        try await eventually("message \(id) is \(state)") {
            let status = try await status(id)
            return status?["state"]?.string == state ? status : nil
        }
    }

    // MARK: Relay

    /// A virtual token, as an SDK fetches it.
    func token(appID: String = SandboxProcess.appID, secret: String = SandboxProcess.secret) async throws -> String {
        let query = "grant_type=client_credential&appid=\(appID)&secret=\(secret)"
        let answer = try await api.get("/cgi-bin/token?\(query)")
        guard let token = answer.json?["access_token"]?.string else {
            throw NeverHappened(description: "no token: \(answer.text)")
        }
        return token
    }

    // MARK: Numbers

    func metrics() async throws -> Metrics {
        Metrics(try await admin.get("/metrics").text)
    }
}
