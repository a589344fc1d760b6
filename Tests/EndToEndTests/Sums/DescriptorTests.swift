import Foundation
import Testing

/// More peers than a process may have descriptors.
@Suite(.serialized) struct DescriptorTests {
    private static let idle = 1100

    private func upstream() throws -> ScriptedUpstream {
        let upstream = try ScriptedUpstream()
        // Long enough that five calls at once need five sockets.
        upstream.on(ScriptedStage.custom) { _ in .ok(after: .milliseconds(500)) }
        return upstream
    }

    private func settings(_ upstream: ScriptedUpstream) throws -> WeirSettings {
        WeirSettings(folder: try TemporaryFolder(), upstream: upstream.port)
    }

    /// Five calls at once, each on a connection that was made before.
    private func calls(_ connections: [KeptConnection], _ token: String) async throws -> [Int?] {
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for connection in connections {
                group.addTask {
                    let body = Array(Message.customBody(to: "o-1").utf8)
                    return try await connection.call(
                        "POST",
                        "\(ScriptedStage.custom)?access_token=\(token)",
                        body: body
                    ).errcode
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `with a hard limit of 1,024 the idle wait outside, and those inside are served without a busy core`()
        async throws
    {
        let upstream = try upstream()
        let weir = try await WeirProcess.start(settings(upstream), limits: ["-Sn 1024", "-Hn 1024"])
        let token = try await weir.token()
        let kept = try (1...5).map { _ in try KeptConnection(port: weir.api.port) }
        for connection in kept { _ = try await connection.call("GET", "\(ScriptedStage.read)?access_token=\(token)") }
        let before = weir.process.lines.count

        let idle = IdlePeers()
        try idle.open(DescriptorTests.idle, to: weir.api.port)
        try await Task.sleep(for: .seconds(1))
        let start = try ProcessLoad(weir.process.identifier).processor
        try await Task.sleep(for: .seconds(2))
        let used = try ProcessLoad(weir.process.identifier).processor - start
        #expect(used < .milliseconds(600), "of 2 s")
        #expect(try await calls(kept, token) == Array(repeating: 0, count: 5))
        // Its own listener has room, so that somebody can look.
        #expect(try await weir.admin.get("/healthz").status == 200)
        let id = try await kept[0].call("POST", "/v1/messages", body: Array(Message.template(to: "o-2").json.utf8))
        #expect(id.status == 202, "\(id.text)")

        let said = weir.process.lines.dropFirst(before).filter {
            $0.contains("connection") || $0.contains("descriptor")
        }
        #expect(said.count == 1, "\(said)")
        idle.closeAll()
        let again = try await weir.api.post(
            "\(ScriptedStage.custom)?access_token=\(token)",
            Message.customBody(to: "o-3")
        )
        #expect(again.errcode == 0)
    }

    @Test func `a soft limit of 1,024 is raised, so that 1,100 idle peers keep nobody out`() async throws {
        let upstream = try upstream()
        let weir = try await WeirProcess.start(settings(upstream), limits: ["-Sn 1024", "-Hn 4096"])
        let token = try await weir.token()
        let idle = IdlePeers()
        try idle.open(DescriptorTests.idle, to: weir.api.port)
        let fresh = try (1...5).map { _ in try KeptConnection(port: weir.api.port) }
        #expect(try await calls(fresh, token) == Array(repeating: 0, count: 5))
        let limits = try String(contentsOfFile: "/proc/\(weir.process.identifier)/limits", encoding: .utf8)
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") } ?? ""
        #expect(line.split(separator: " ").dropFirst(3).first == "4096")
    }
}
