import Testing

/// Slow is not sick where slow is usual.
@Suite struct SlowSuccessTests {
    @Test func `uploads of 3.2 seconds and sends of 4 all pass, and so do the reads beside them`() async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedStage.upload) { _ in
                .json("{\"type\":\"image\",\"media_id\":\"m-1\",\"created_at\":1}", after: .milliseconds(3200))
            }
            upstream.on(ScriptedStage.download) { _ in .file([1, 2, 3]) }
            upstream.on(ScriptedStage.custom) { _ in .ok(after: .seconds(4)) }
        }
        let token = try await stage.weir.token()
        let port = stage.weir.api.port
        let file = (0..<(100 << 10)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let form = MultipartForm(file: file)
        async let uploads = Load.run(60, width: 12, to: port) { _ in
            Load.Call(
                target: "\(ScriptedStage.upload)?access_token=\(token)&type=image",
                headers: form.headers,
                body: form.body
            )
        }
        async let reads = Load.run(30, width: 2, pace: .milliseconds(500), to: port) { number in
            Load.Call(method: "GET", target: "\(ScriptedStage.download)?access_token=\(token)&media_id=\(number)")
        }
        async let sends = Load.run(48, width: 12, to: port) { number in
            Load.Call(
                target: "\(ScriptedStage.custom)?access_token=\(token)",
                body: Array(Message.customBody(to: "o-\(number)").utf8)
            )
        }
        let results = try await (uploads: uploads, reads: reads, sends: sends)
        #expect(Load.codes(results.uploads) == [0: 60])
        #expect(Load.codes(results.reads) == [0: 30])
        #expect(Load.codes(results.sends) == [0: 48])
        #expect(try await stage.breakerMoves() == 0)
        let sums = stage.upstream.requests(ScriptedStage.upload).map(\.checksum)
        #expect(sums == Array(repeating: Checksum(form.body), count: 60))
    }
}
