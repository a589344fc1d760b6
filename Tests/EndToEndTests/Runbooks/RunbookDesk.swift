import Foundation
import Synchronization

/// Where somebody on call sits: a shell with `weir` on its path on the machine of a gateway, whose clients' keys they don't have.
final class RunbookDesk: Sendable {
    private struct State {
        var settings: WeirSettings
        var weir: WeirProcess
        var number = 0
    }

    let sandbox: SandboxProcess
    let folder: TemporaryFolder
    private let state: Mutex<State>
    private let tls: ChildProcess

    /// Nobody listens there.
    static let nowhere = "http://127.0.0.1:9/"
    static let clients: KeyValuePairs = [
        "orders": ", callbacks: [\"\(nowhere)\"], callback_secret: callback-secret-0123456789", "greedy": ", rate: 1/s",
        "alertmanager": "",
    ]

    static let sections = """
        \(Stage.clients(clients))retry:
          available: {attempts: 1, ladder: [], max_age: 1m}
          patient: {attempts: 1, ladder: [1h], max_age: 1d}
        alerts:
          clients: [alertmanager]
          sinks: {phone: {type: custom, to: [o-oncall], text: "{alerts}", rate: 1000/s}}
          routes: [{to: [phone]}]
        """

    /// What most troubles are not about.
    static let quietBreaker = "breaker: {minimum_calls: 1000000}\n"

    init(_ group: RunbookGroup) async throws {
        folder = try TemporaryFolder()
        sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: folder, sandbox: sandbox)
        settings.sections = RunbookDesk.quietBreaker + RunbookDesk.sections
        try group.settings(&settings)
        try await group.before(sandbox)
        state = Mutex(State(settings: settings, weir: try await WeirProcess.start(settings)))
        tls = try await RunbookDesk.weChat(in: folder, before: sandbox)
    }

    var weir: WeirProcess { state.withLock { $0.weir } }
    var file: String { state.withLock { $0.settings.file } }
    var storage: String { state.withLock { $0.settings.storage } }

    // MARK: The shell

    /// What is typed, with Weir's usual address in the place of the one that this gateway has.
    func type(_ line: String) async throws -> CommandRun {
        let port = weir.admin.port
        let typed = line.replacingOccurrences(of: "127.0.0.1:8081", with: "127.0.0.1:\(port)")
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        var run = try await CommandRun(
            "/bin/bash",
            ["-c", "set -o pipefail\ncd '\(folder.path)/desk'\n\(typed)"],
            environment: [
                "PATH": "\(folder.path)/bin:\(path)", "HOME": folder.path + "/desk",
                "WEIR_ADMIN_URL": "http://127.0.0.1:\(port)",
            ]
        )
        // What goes into a file is what the command said.
        if let target = line.components(separatedBy: " > ").dropFirst().first {
            run.output += try String(contentsOfFile: "\(folder.path)/desk/\(target)", encoding: .utf8)
        }
        return run
    }

    /// Programs on the path, and a way for curl to what it takes for WeChat.
    private static func weChat(in folder: TemporaryFolder, before sandbox: SandboxProcess) async throws -> ChildProcess
    {
        let files = FileManager.default
        for name in ["bin", "desk"] {
            try files.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        try files.createSymbolicLink(atPath: folder.path + "/bin/weir", withDestinationPath: Binary.weir())
        for (name, text) in RunbookMachine.programs {
            let file = try folder.write("bin/\(name)", text)
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        }
        for page in ["prometheus/prometheus.yml"] {
            let text = try String(contentsOfFile: "\(Binary.packageRoot)/\(page)", encoding: .utf8)
            try folder.write("desk/prometheus.yml", text)
        }
        let made = try await CommandRun.shell(
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=api.weixin.qq.com "
                + "-addext subjectAltName=DNS:api.weixin.qq.com -keyout \(folder.path)/key.pem -out \(folder.path)/cert.pem"
        )
        guard made.status == 0 else { throw NeverHappened(description: "a certificate: \(made.errors)") }
        let tls = try Python.start(
            "tls.py",
            ["\(folder.path)/cert.pem", "\(folder.path)/key.pem", "\(sandbox.http.port)"]
        )
        let port = try await eventually("TLS is offered") { tls.output.first }
        try folder.write(
            "desk/.curlrc",
            "connect-to = \"api.weixin.qq.com:443:127.0.0.1:\(port)\"\ncacert = \"\(folder.path)/cert.pem\"\n"
        )
        return tls
    }

    // MARK: What happens to the gateway

    /// Changes the file's text.
    func rewrite(_ change: (inout String) -> Void) throws {
        var text = state.withLock { $0.settings.yaml }
        change(&text)
        try folder.write("weir.yml", text)
    }

    func reload() async throws { _ = try await weir.admin.post("/v1/reload") }
    func pause() async throws { _ = try await weir.admin.post("/v1/apps/main/pause") }
    func resume() async throws { _ = try await weir.admin.post("/v1/apps/main/resume") }

    func start() async throws {
        let settings = state.withLock { $0.settings }
        let weir = try await WeirProcess.start(settings)
        state.withLock { $0.weir = weir }
    }

    func fault(_ path: String, _ kind: String, _ members: String = "") async throws {
        try await sandbox.fault("\"api\":\"\(path)\",\"kind\":\"\(kind)\"\(members)")
    }

    func fault(_ path: String, errcode: Int) async throws {
        try await fault(path, "errcode", ",\"errcode\":\(errcode)")
    }

    func configure(_ members: String) async throws {
        _ = try await sandbox.http.post("/_sandbox/config", "{\(members)}")
    }

    // MARK: Clients

    func openID(_ kind: String = "o-") -> String {
        state.withLock { state in
            state.number += 1
            return "\(kind)\(state.number)"
        }
    }

    /// A message of the client `orders` that must be taken.
    @discardableResult
    func send(_ message: Message? = nil, _ members: String = "") async throws -> String {
        var message = message ?? Message.template(to: openID())
        message.members = members
        let answer = try await weir.send(message, headers: Stage.authorization(of: "orders"))
        guard let id = answer.data?["id"]?.string else {
            throw NeverHappened(description: "not taken: \(answer.status) \(answer.text)")
        }
        return id
    }

    func message(_ id: String) async throws -> JSONAny? {
        try await weir.admin.get("/v1/messages/\(id)").data
    }

    func wait(_ id: String, for wanted: String) async throws {
        try await eventually("message \(id) is \(wanted)") { try await message(id)?["state"]?.string == wanted }
    }

    func wait(_ id: String, because reason: String) async throws {
        try await eventually("message \(id) waits: \(reason)") { try await message(id)?["reason"]?.string == reason }
    }
}
