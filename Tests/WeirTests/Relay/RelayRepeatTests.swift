import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Relaying
@testable import Weir

/// client_msg_id: how Weir's own repeats and the caller's are shown once.
@Suite struct RelayRepeatTests {
    static let body = "{\"touser\":\"o1\",\"template_id\":\"t\",\"data\":{}}"
    static let lost = Result<UpstreamReply, TransportFailure>.failure(TransportFailure(.timeout, bytesLeft: true))

    /// The ids that went out, by call.
    private func ids(_ bench: RelayBench) -> [String?] {
        bench.harness.calls.map { ClientMessageID.find(in: $0.request.body ?? []) }
    }

    @Test func `an id is spliced into a template send and every other byte stays`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let reply = await bench.send("\(Path.template)?access_token=\(token)", body: RelayRepeatTests.body, reply: .ok)
        #expect(reply.body == UpstreamReply.ok.body)
        let sent = try #require(bench.harness.calls.first?.body)
        let id = try #require(ids(bench).first ?? nil)
        #expect(sent == RelayRepeatTests.body.dropLast() + ",\"client_msg_id\":\"\(id)\"}")
    }

    @Test(arguments: [
        (Path.template, "{\"touser\":\"o1\",\"client_msg_id\":\"mine\"}"), (Path.custom, body), (Path.bizsend, body),
        (Path.template, "no json"), (Path.template, "{\"cut\":"), (Path.template, ""), (Path.template, "[1]"),
    ])
    func `what has an id, needs none or is no object stays as it is`(_ path: String, _ body: String) async throws {
        let bench = try RelayBench()
        let token = await bench.token
        _ = await bench.send("\(path)?access_token=\(token)", body: body, reply: .ok)
        #expect(bench.harness.calls.first?.body == body)
    }

    @Test func `Weir's own repeat carries the same id`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let reply = await bench.send(
            "\(Path.template)?access_token=\(token)",
            body: RelayRepeatTests.body,
            results: [RelayRepeatTests.lost, .success(.ok)]
        )
        #expect(reply.errcode == 0)
        #expect(bench.harness.calls.count == 2)
        #expect(ids(bench)[0] != nil)
        #expect(ids(bench)[0] == ids(bench)[1])
    }

    @Test func `an answer says after how many attempts it came, and how long the call waited`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let target = "\(Path.template)?access_token=\(token)"
        let first = await bench.send(target, body: RelayRepeatTests.body, reply: .ok)
        #expect(first.header("X-Weir-Attempts") == "1" && first.header("X-Weir-Waited-Ms") == "0.0")
        #expect(first.header("X-Weir-Overhead-Ms") == "0.0")
        let second = await bench.send(
            target,
            body: RelayRepeatTests.body,
            results: [RelayRepeatTests.lost, .success(.ok)]
        )
        #expect(second.header("X-Weir-Attempts") == "2")
        let waited = try #require(second.header("X-Weir-Waited-Ms").flatMap(Double.init))
        #expect(waited > 0 && waited < 4500)
        _ = bench.harness.gateway.setPaused(true, app: "main", because: "a test")
        let refused = await bench.send(target, body: RelayRepeatTests.body, results: [])
        #expect(refused.errcode == 990_004 && refused.header("X-Weir-Attempts") == "0")
    }

    /// Lets a call end with 990003.
    private func lose(_ bench: RelayBench, body: String = body) async -> RelayReply {
        let target = "\(Path.template)?access_token=\(await bench.token)"
        let before = bench.harness.transport.sent.count
        async let reply = bench.send(target, body: body)
        await bench.harness.transport.waitForRequests(before + 1)
        bench.harness.time.advance(by: .seconds(5))
        bench.harness.transport.answer(RelayRepeatTests.lost)
        return await reply
    }

    @Test func `the caller's repeat after an unknown outcome carries the first one's id, for nine minutes`()
        async throws
    {
        let bench = try RelayBench()
        let token = await bench.token
        #expect(await lose(bench).errcode == 990_003)
        bench.harness.advance(.seconds(530))
        let reply = await bench.send("\(Path.template)?access_token=\(token)", body: RelayRepeatTests.body, reply: .ok)
        #expect(reply.errcode == 0)
        #expect(ids(bench).count == 2)
        #expect(ids(bench)[0] == ids(bench)[1])
    }

    @Test func `after nine minutes, with other bytes or after an answer it is another message`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        _ = await lose(bench)
        _ = await bench.send("\(Path.template)?access_token=\(token)", body: RelayRepeatTests.body + " ", reply: .ok)
        #expect(ids(bench)[0] != ids(bench)[1])
        bench.harness.advance(.seconds(541))
        _ = await bench.send("\(Path.template)?access_token=\(token)", body: RelayRepeatTests.body, reply: .ok)
        #expect(ids(bench)[0] != ids(bench)[2])
        _ = await bench.send("\(Path.template)?access_token=\(token)", body: RelayRepeatTests.body, reply: .ok)
        #expect(Set(ids(bench)).count == 4)
    }

    /// However the attempt ended: its caller heard nothing of it.
    @Test(arguments: [lost, .success(.ok)])
    func `a caller that hung up is remembered too`(_ end: Result<UpstreamReply, TransportFailure>) async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let hangups = Outbox<@Sendable () -> Void>()
        let request = RelayRequest(
            method: "POST",
            target: "\(Path.template)?access_token=\(token)",
            body: Array(RelayRepeatTests.body.utf8),
            trace: .test()
        )
        async let first = bench.harness.relay.answer(request) { hangups.put($0) }
        await bench.harness.transport.waitForRequests(2)
        while hangups.count == 0 { await Task.yield() }
        hangups.all[0]()
        bench.harness.transport.answer(end)
        _ = await first
        _ = await bench.send("\(Path.template)?access_token=\(token)", body: RelayRepeatTests.body, reply: .ok)
        #expect(ids(bench).count == 2)
        #expect(ids(bench)[0] == ids(bench)[1])
    }

    @Test func `the memory of repeats is bounded and forgets the oldest first`() {
        let time = ManualTimeSource()
        let memory = RepeatMemory(time: time)
        func key(_ number: Int) -> RepeatMemory.Key {
            RepeatMemory.Key(caller: Caller(name: "c"), app: "main", path: "/p", body: Array("\(number)".utf8))
        }
        for number in 0..<(RepeatMemory.limit + 5) { memory.remember(key(number), id: "\(number)", began: time.now()) }
        #expect(memory.id(for: key(4)) == nil)
        #expect(memory.id(for: key(5)) == "5")
        memory.remember(key(5), id: "another", began: time.now())
        #expect(memory.id(for: key(5)) == "5")
        time.advance(by: RepeatMemory.window)
        #expect(memory.id(for: key(RepeatMemory.limit)) == nil)
        #expect(
            RepeatMemory.Key(caller: Caller(name: "d"), app: "main", path: "/p", body: [])
                != RepeatMemory.Key(caller: Caller(name: "c"), app: "main", path: "/p", body: [])
        )
    }
}
