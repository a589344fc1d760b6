import Foundation
import Testing

/// Nobody takes the last slot of a pool.
@Suite struct SlotTests {
    private static let sections = Stage.clients(["good": "", "bad": ""]) + "upstream: {max_in_flight: 20}\n"
    private static let other = "wx00000000000000ff"

    private func stage(hanging path: String) async throws -> ScriptedStage {
        try await ScriptedStage.start { settings in
            settings.sections = SlotTests.sections
            settings.apps = """
                  other:
                    appid: \(SlotTests.other)
                    secret: "\(SandboxProcess.secret)"
                    hosts: ["http://127.0.0.1:\(settings.upstream)"]
                """
        } script: { upstream in
            upstream.on(path) { $0.method == "POST" || $0.target.contains("hang") ? .ending(.hang) : .ok() }
        }
    }

    /// Starts calls that hang, and returns once as many as there is room for are in flight.
    private func hang(_ stage: ScriptedStage, _ calls: [Load.Call]) async throws -> RawPeers {
        let peers = RawPeers()
        try peers.open(calls.count, to: stage.weir.api.port) { number in
            let call = calls[number]
            let headers = call.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
            let body = String(decoding: call.body ?? [], as: UTF8.self)
            return "\(call.method) \(call.target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(headers)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        try await peers.pushAll(within: .seconds(10))
        return peers
    }

    private func sends(_ stage: ScriptedStage, _ token: String) async throws -> [Int: Int] {
        Load.codes(
            try await Load.run(20, width: 4, to: stage.weir.api.port) { number in
                let body = Array(Message.templateBody(to: "o-\(number)").utf8)
                return Load.Call(target: "\(ScriptedStage.template)?access_token=\(token)", body: body)
            }
        )
    }

    @Test func `hanging uploads leave slots for relayed sends and for another app's urgent message`() async throws {
        let stage = try await stage(hanging: ScriptedStage.upload)
        let good = try await stage.weir.token(secret: Stage.key(of: "good"))
        let bad = try await stage.weir.token(secret: Stage.key(of: "bad"))
        let form = MultipartForm(file: Array(repeating: 7, count: 1000))
        let upload = Load.Call(
            target: "\(ScriptedStage.upload)?access_token=\(bad)",
            headers: form.headers,
            body: form.body
        )
        let peers = try await hang(stage, Array(repeating: upload, count: 40))
        try await eventually("uploads hang") { stage.upstream.count(ScriptedStage.upload) >= 5 }
        #expect(try await sends(stage, good) == [0: 20])
        let urgent = Message.template(to: "o-urgent", members: ",\"app\":\"other\",\"priority\":\"urgent\"")
        let headers = Stage.authorization(of: "good") + [("Prefer", "wait=10")]
        let answer = try await stage.weir.send(urgent, headers: headers)
        #expect(answer.data?["state"]?.string == "sent", "\(answer.text)")
        // They hold what they got all the while.
        #expect(stage.upstream.abandoned == 0)
        peers.closeAll()
    }

    @Test func `reads whose callers have hung up give their slots back`() async throws {
        let stage = try await stage(hanging: ScriptedStage.read)
        let bad = try await stage.weir.token(secret: Stage.key(of: "bad"))
        let target = "\(ScriptedStage.read)?access_token=\(bad)&openid=hang"
        let read = Load.Call(method: "GET", target: target, headers: [("X-Weir-Timeout", "300")])
        let peers = try await hang(stage, Array(repeating: read, count: 10))
        try await eventually("reads hang") { stage.upstream.count(ScriptedStage.read) >= 5 }
        peers.closeAll()
        try await eventually("the gateway has given them up") {
            let metrics = try await stage.weir.metrics()
            return metrics.sum("weir_upstream_in_flight") == 0 && metrics.sum("weir_queue_depth") == 0
        }
        #expect(stage.upstream.abandoned == stage.upstream.count(ScriptedStage.read))
    }

    @Test func `seven uploads of 9 MiB in flight leave room for an urgent send of 90 bytes`() async throws {
        let upstream = try ScriptedUpstream()
        upstream.on(ScriptedStage.upload) { _ in .ending(.hang) }
        let settings = WeirSettings(folder: try TemporaryFolder(), upstream: upstream.port)
        let stage = ScriptedStage(settings: settings, upstream: upstream, weir: try await WeirProcess.start(settings))
        let token = try await stage.weir.token()
        // Together four bytes less than `relay.max_waiting_bytes`.
        let overhead = MultipartForm(file: []).body.count
        let form = MultipartForm(file: Array(repeating: 7, count: (64 << 20) / 7 - overhead))
        let peers = RawPeers(part: form.body)
        try peers.open(7, to: stage.weir.api.port) { _ in
            "POST \(ScriptedStage.upload)?access_token=\(token) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "\(form.headers[0].name): \(form.headers[0].value)\r\nContent-Length: \(form.body.count)\r\n\r\n"
        }
        try await peers.pushAll(within: .seconds(10))
        try await eventually("they are in flight") { upstream.bodyBytes >= 7 * form.body.count }
        let answer = try await stage.call(
            "POST",
            ScriptedStage.custom,
            token: token,
            headers: [("X-Weir-Priority", "urgent")],
            body: Message.customBody(to: "o-urgent")
        )
        #expect(answer.errcode == 0, "\(answer.text)")
        peers.closeAll()
    }
}
