import Foundation

/// `weir sandbox` on a free port.
final class SandboxProcess: Sendable {
    static let appID = "wx1234567890abcdef"
    static let secret = "0123456789abcdef0123456789abcdef"

    let process: ChildProcess
    let http: HTTPEndpoint

    private init(process: ChildProcess, port: Int) {
        self.process = process
        http = HTTPEndpoint(port: port)
    }

    /// - Parameter appIDs: of accounts beside the usual one, with the same secret.
    static func start(
        appIDs: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> SandboxProcess {
        let apps = ([appID] + appIDs).flatMap { ["--app", "\($0)=\(secret)"] }
        let arguments = ["sandbox", "--listen", "127.0.0.1:0"] + apps
        let process = try ChildProcess(Binary.weir(), arguments, environment: environment)
        let port = try await eventually("the sandbox listens") { process.port(of: "sandbox") }
        return SandboxProcess(process: process, port: port)
    }

    /// Asks for a misbehaviour: the members of `POST /_sandbox/faults`.
    func fault(_ members: String) async throws {
        let answer = try await http.post("/_sandbox/faults", "{\(members)}")
        guard answer.status == 200 else { throw NeverHappened(description: "fault refused: \(answer.text)") }
    }

    func endFaults() async throws {
        _ = try await http.call("DELETE", "/_sandbox/faults")
    }

    /// Someone else refreshes the stable token.
    func rival() async throws {
        _ = try await http.post("/_sandbox/rival", "{\"appid\":\"\(SandboxProcess.appID)\"}")
    }

    /// The account's admin resets its AppSecret.
    func resetSecret(of appID: String, to secret: String) async throws {
        let answer = try await http.post("/_sandbox/secret", "{\"appid\":\"\(appID)\",\"secret\":\"\(secret)\"}")
        guard answer.status == 200 else { throw NeverHappened(description: "not reset: \(answer.text)") }
    }

    /// How many calls a path may have a day.
    func allow(_ calls: Int, of path: String) async throws {
        _ = try await http.post("/_sandbox/config", "{\"daily\":{\"\(path)\":\(calls)}}")
    }

    /// What the phones showed, oldest first.
    func deliveries() async throws -> [JSONAny] {
        try await entries("deliveries")
    }

    /// How often each openid's phone showed something.
    func shown() async throws -> [String: Int] {
        try await deliveries().compactMap { $0["openid"]?.string }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// The API requests that arrived, oldest first.
    func requests(_ path: String? = nil) async throws -> [JSONAny] {
        try await entries("requests").filter { path == nil || $0["path"]?.string == path }
    }

    private func entries(_ name: String) async throws -> [JSONAny] {
        var result: [JSONAny] = []
        while true {
            let page = try await http.get("/_sandbox/\(name)?since=\(result.count)&limit=2000").json?[name]?.array ?? []
            result += page
            if page.count < 2000 { return result }
        }
    }
}
