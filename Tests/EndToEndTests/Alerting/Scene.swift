import Foundation
import Synchronization

/// A gateway before a sandbox, both real, that things happen to.
final class Scene: Sendable {
    private struct State {
        var settings: SceneSettings
        var weir: WeirProcess?
        var processes: [ChildProcess] = []
        var traffic: [Task<Void, Never>] = []
        var number = 0
        var token: String?
    }

    let name: String
    let sandbox: SandboxProcess
    let folder: TemporaryFolder
    let evidence: Evidence
    let stage: AlertStage
    private let state: Mutex<State>

    /// The beginning of every openid here: long enough to be found wherever it should not be.
    static let openIDs = "oPrivateOpenID-7c1e9b"

    init(_ script: SceneScript, on stage: AlertStage) async throws {
        name = script.name
        sandbox = try await SandboxProcess.start()
        folder = try TemporaryFolder()
        evidence = stage.evidence
        self.stage = stage
        state = Mutex(State(settings: script.settings))
        if !script.startsLater { try await start() }
    }

    var weir: WeirProcess {
        get throws {
            try state.withLock { $0.weir } ?? { throw NeverHappened(description: "\(name) was not started") }()
        }
    }

    /// Prometheus's name for the gateway.
    var instance: String {
        state.withLock { $0.settings.admin }
    }

    /// All that its gateways, one after the other, wrote on standard error.
    var log: [String] {
        state.withLock { $0.processes }.flatMap(\.lines)
    }

    // MARK: Life

    /// Starts the gateway, from the second time on where it was before.
    func start() async throws {
        let settings = state.withLock { $0.settings }
        let command = settings.wrapper + [try Binary.weir(), "serve", "--config", try write()]
        let process = try ChildProcess("/usr/bin/env", command, environment: settings.environment)
        state.withLock { $0.processes.append(process) }
        let weir = try await WeirProcess.ready(process)
        state.withLock { state in
            state.weir = weir
            state.settings.api = "127.0.0.1:\(weir.api.port)"
            state.settings.admin = "127.0.0.1:\(weir.admin.port)"
        }
        try await stage.scrape(self)
    }

    /// Changes the settings and has them read. A refusal is no error here.
    @discardableResult
    func reload(_ change: (inout SceneSettings) -> Void) async throws -> Answer {
        state.withLock { change(&$0.settings) }
        try write()
        return try await operate("/v1/reload")
    }

    @discardableResult
    private func write() throws -> String {
        let settings = state.withLock { $0.settings }
        let yaml = settings.yaml(app: name, upstream: sandbox.http.port, storage: folder.path + "/data")
        return try folder.write("weir.yml", yaml)
    }

    /// `POST` to the admin listener, with the key.
    @discardableResult
    func operate(_ path: String) async throws -> Answer {
        let key = [(name: "Authorization", value: "Bearer \(SceneSettings.adminKey)")]
        return try keep(await weir.admin.call("POST", path, headers: key))
    }

    func pause() async throws {
        try await operate("/v1/apps/\(name)/pause")
    }

    func resume() async throws {
        try await operate("/v1/apps/\(name)/resume")
    }

    // MARK: Traffic

    /// Does something again and again until `quiet`. What fails is tried again: the gateway may be down on purpose.
    func every(_ pause: Duration, after delay: Duration = .zero, _ step: @escaping Provocation.Act) {
        let task = Task { [self] in
            try? await Task.sleep(for: delay)
            while !Task.isCancelled {
                try? await step(self)
                try? await Task.sleep(for: pause)
            }
        }
        state.withLock { $0.traffic.append(task) }
    }

    /// Ends what `every` began.
    func quiet() async {
        let traffic = state.withLock { state in
            defer { state.traffic = [] }
            return state.traffic
        }
        for task in traffic { task.cancel() }
        for task in traffic { await task.value }
    }

    /// A fresh openid; `kind` may be one that the sandbox knows, such as `o-unfollowed`.
    func openID(_ kind: String? = nil) -> String {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        return "\(kind ?? "")\(Scene.openIDs)-\(number)"
    }

    /// The virtual token of the client `orders`.
    func token() async throws -> String {
        if let token = state.withLock({ $0.token }) { return token }
        let token = try await weir.token(secret: Stage.key(of: "orders"))
        evidence.protect(token)
        state.withLock { $0.token = token }
        return token
    }

    /// Keeps an answer's text if it is Weir's own refusal.
    func keep(_ answer: Answer) -> Answer {
        if answer.status >= 400 || (answer.errcode ?? 0) >= 990_000 {
            evidence.keep(answer.text, from: "\(name): an answer of \(answer.status)")
        }
        return answer
    }
}
