import Addressing
import HTTPServing
import Logging
import Synchronization

@testable import WeChatSandbox

/// A gateway's part towards a sandbox that runs on a free port with a clock of the test's own.
struct SandboxClient: Sendable {
    /// Microseconds since 1970.
    final class Clock: Sendable {
        private let now: Mutex<Int64>

        /// 2026-11-21T12:00:00+08:00.
        init(_ start: Int64 = 1_795_233_600_000_000) {
            now = Mutex(start)
        }

        func read() -> Int64 {
            now.withLock { $0 }
        }

        func advance(seconds: Int) {
            now.withLock { $0 += Int64(seconds) * 1_000_000 }
        }
    }

    static let templatePath = "/cgi-bin/message/template/send"

    let port: Int
    let clock: Clock

    /// One request on a connection of its own.
    func call(_ method: String, _ target: String, _ body: String? = nil, headers: String = "") async throws -> Answer {
        var peer = try await RawConnection.open(port)
        let length = body.map { "Content-Length: \($0.utf8.count)\r\n" } ?? ""
        try await peer.send("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\(headers)\(length)\r\n\(body ?? "")")
        let answer = await peer.answer()
        try? await peer.close()
        return answer
    }

    func stableToken(_ app: String = "wx1", force: Bool = false) async throws -> (value: String, expiresIn: Int) {
        let answer = try await call("POST", "/cgi-bin/stable_token", Self.stableBody(app, force: force))
        return (answer.json?["access_token"]?.text ?? "", answer.json?["expires_in"]?.int ?? 0)
    }

    func normalToken(_ app: String = "wx1") async throws -> (value: String, expiresIn: Int) {
        let target = "/cgi-bin/token?grant_type=client_credential&appid=\(app)&secret=s"
        let answer = try await call("GET", target)
        return (answer.json?["access_token"]?.text ?? "", answer.json?["expires_in"]?.int ?? 0)
    }

    func errcode(of token: String) async throws -> Int {
        try await call("GET", "/cgi-bin/user/info?openid=o1&access_token=\(token)").errcode ?? 0
    }

    func send(_ body: String, token: String, path: String = templatePath) async throws -> Answer {
        try await call("POST", "\(path)?access_token=\(token)", body)
    }

    /// How often each openid's phone showed something.
    func shown() async throws -> [String: Int] {
        let answer = try await call("GET", "/_sandbox/deliveries")
        let openIDs = answer.json?["deliveries"]?.elements?.compactMap { $0["openid"]?.text } ?? []
        return openIDs.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    static func stableBody(_ app: String, force: Bool = false) -> String {
        """
        {"grant_type":"client_credential","appid":"\(app)","secret":"s","force_refresh":\(force)}
        """
    }

    static func template(to openID: String = "o1", id: String? = nil) -> String {
        let id = id.map { ",\"client_msg_id\":\"\($0)\"" } ?? ""
        return "{\"touser\":\"\(openID)\",\"template_id\":\"t1\",\"data\":{\"thing1\":{\"value\":\"x\"}}\(id)}"
    }
}

extension Answer {
    var json: JSON? {
        JSON(Array(body.utf8))
    }

    var errcode: Int? {
        json?["errcode"]?.int
    }
}

/// Runs a sandbox of any free port while `test` runs.
func withSandbox(
    _ configuration: SandboxConfiguration = SandboxConfiguration(),
    test: (SandboxClient) async throws -> Void
) async throws {
    let clock = SandboxClient.Clock()
    let (bound, continuation) = AsyncStream<HostPort>.makeStream()
    let sandbox = Sandbox(
        host: "127.0.0.1",
        port: 0,
        configuration: configuration,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        onBound: { continuation.yield($0) },
        clock: { clock.read() }
    )
    let running = Task { try await sandbox.run() }
    defer { running.cancel() }
    guard let address = await bound.first(where: { _ in true }) else { return }
    try await test(SandboxClient(port: address.port, clock: clock))
}
