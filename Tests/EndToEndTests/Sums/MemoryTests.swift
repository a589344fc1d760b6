import Foundation
import Testing

/// Whatever callers do, the process stays under its bound.
@Suite(.serialized) struct MemoryTests {
    private static let boundMiB = 512
    /// What a broken gateway may take before it ends: a test that fails must not take the machine along.
    private static let limits = ["-v 8000000"]
    private static let file = [UInt8](repeating: 7, count: 20 << 20)

    private func stage() async throws -> (upstream: ScriptedUpstream, weir: WeirProcess, good: String) {
        let upstream = try ScriptedUpstream()
        upstream.on(ScriptedStage.download) { _ in .file(MemoryTests.file) }
        var settings = WeirSettings(folder: try TemporaryFolder(), upstream: upstream.port)
        settings.sections = Stage.clients(["good": "", "bad": ""])
        let weir = try await WeirProcess.start(settings, limits: MemoryTests.limits)
        return (upstream, weir, try await weir.token(secret: Stage.key(of: "good")))
    }

    /// Good calls, one after the other, while something else goes on.
    private func good(_ weir: WeirProcess, _ token: String) async throws {
        for number in 1...5 {
            let body = Message.templateBody(to: "o-good-\(number)")
            let answer = try await weir.api.post("\(ScriptedStage.template)?access_token=\(token)", body)
            #expect(answer.errcode == 0, "\(answer.text)")
        }
    }

    /// Callers without a key or a token that works, who send a part of what they promise: just under the limit of each path.
    private func strangers(_ port: Int) throws -> RawPeers {
        let peers = RawPeers(part: [UInt8](repeating: 0x20, count: 2 << 20))
        let targets = [
            ("\(ScriptedStage.upload)?access_token=nobody", 19 << 20), ("/v1/messages:batch", 15 << 20),
            (ScriptedStage.upload, 19 << 20), ("/v1/messages:batch", 15 << 20), ("/v1/messages", 250 << 10),
        ]
        try peers.open(1000, to: port) { number in
            let (target, length) = targets[number % targets.count]
            return "POST \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(length)\r\n\r\n"
        }
        return peers
    }

    private func readers(_ port: Int, _ token: String) throws -> RawPeers {
        let peers = RawPeers()
        try peers.open(200, to: port, receiveBuffer: 4096) { number in
            "GET \(ScriptedStage.download)?access_token=\(token)&media_id=\(number) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        }
        return peers
    }

    private func batches(_ port: Int, _ count: Int) async throws -> [Load.Result] {
        // Just under the limit of a batch, and without its end.
        let zeros = Array(("[0" + String(repeating: ",0", count: (8 << 20) - 8)).utf8)
        return try await Load.run(count, width: count, to: port) { _ in
            let json = [(name: "Content-Type", value: "application/json")]
            return Load.Call(target: "/v1/messages:batch", headers: Stage.authorization(of: "bad") + json, body: zeros)
        }
    }

    private func expectBounded(_ weir: WeirProcess) throws {
        let peak = try ProcessLoad(weir.process.identifier).peakMiB
        #expect(peak <= MemoryTests.boundMiB, "VmHWM \(peak) MiB")
    }

    @Test func `a thousand strangers' half-sent bodies stay under the bound`() async throws {
        let (upstream, weir, token) = try await stage()
        defer { withExtendedLifetime(upstream) {} }
        let peers = try strangers(weir.api.port)
        try await peers.pushAll(within: .seconds(10))
        try await good(weir, token)
        // The system has taken the bytes; the gateway reads them by and by, if it does.
        try await Task.sleep(for: .seconds(3))
        try await good(weir, token)
        try expectBounded(weir)
        #expect(upstream.count(ScriptedStage.upload) == 0)
    }

    @Test func `two hundred downloads of 20 MiB that nobody reads stay under the bound`() async throws {
        let (upstream, weir, token) = try await stage()
        defer { withExtendedLifetime(upstream) {} }
        let peers = try readers(weir.api.port, try await weir.token(secret: Stage.key(of: "bad")))
        peers.push()
        try await eventually("downloads began") { upstream.count(ScriptedStage.download) >= 5 }
        try await good(weir, token)
        try await Task.sleep(for: .seconds(3))
        try await good(weir, token)
        try expectBounded(weir)
    }

    @Test func `twenty malformed batches of 16 MiB at once stay under the bound`() async throws {
        let (upstream, weir, token) = try await stage()
        defer { withExtendedLifetime(upstream) {} }
        async let answers = batches(weir.api.port, 20)
        try await good(weir, token)
        for result in try await answers {
            #expect(
                [400, 413, 422, 503].contains(result.answer?.status ?? 0),
                "\(result.answer?.text.prefix(200) ?? "none")"
            )
        }
        try await good(weir, token)
        try expectBounded(weir)
    }

    @Test func `all of it at once stays under the bound, and a good call is answered`() async throws {
        let (upstream, weir, token) = try await stage()
        defer { withExtendedLifetime(upstream) {} }
        let peers = try strangers(weir.api.port)
        let readers = try readers(weir.api.port, try await weir.token(secret: Stage.key(of: "bad")))
        readers.push()
        async let answers = batches(weir.api.port, 20)
        try await peers.pushAll(within: .seconds(10))
        try await good(weir, token)
        _ = try await answers
        try await good(weir, token)
        try expectBounded(weir)
    }
}
