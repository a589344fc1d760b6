import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Relaying
@testable import Weir

/// Doubt once raised decides the end of a call, until an attempt is accepted.
@Suite struct RelayDoubtTests {
    static let lost = Result<UpstreamReply, TransportFailure>.failure(TransportFailure(.timeout, bytesLeft: true))
    static let refused = Result<UpstreamReply, TransportFailure>.failure(TransportFailure(.connect, bytesLeft: false))
    static let body = "{\"touser\":\"o1\",\"template_id\":\"t\",\"data\":{}}"

    /// Ends a call whose requests bring these, and then the last one or no connection, until its attempts or its time are over.
    private func end(
        _ bench: RelayBench,
        _ path: String,
        _ results: [Result<UpstreamReply, TransportFailure>]
    ) async -> RelayReply {
        let target = "\(path)?access_token=\(await bench.token)"
        let last = results[results.count - 1]
        // A request for a token is not answered with a word about one.
        let rest = last == .success(.errcode(40001)) ? RelayDoubtTests.refused : last
        let all = results + Array(repeating: rest, count: 5)
        return await bench.send(target, body: RelayDoubtTests.body, results: all)
    }

    @Test(
        arguments: [
            [.success(.errcode(45009))], [.success(.errcode(45011))], [.success(.errcode(48001))],
            [.success(.errcode(40001)), .success(.token("REAL-TOKEN-2")), .success(.errcode(40001))],
            [.success(.errcode(43004))], [.success(.errcode(47003))],
            [.success(.errcode(-1))],
            [refused], [.success(.errcode(-1)), .success(.errcode(45009))], [lost],
        ] as [[Result<UpstreamReply, TransportFailure>]]
    )
    func `after an attempt of unknown outcome no later answer but success is the end`(
        _ later: [Result<UpstreamReply, TransportFailure>]
    ) async throws {
        let bench = try RelayBench()
        let reply = await end(bench, Path.template, [RelayDoubtTests.lost] + later)
        #expect(reply.errcode == 990_003)
        #expect(bench.harness.calls.count > 1)
        #expect(!bench.harness.relay.memory.isEmpty)
    }

    @Test func `success ends the doubt`() async throws {
        let bench = try RelayBench()
        let reply = await end(bench, Path.template, [RelayDoubtTests.lost, .success(.errcode(-1)), .success(.ok)])
        #expect(reply.errcode == 0)
        #expect(bench.harness.relay.memory.isEmpty)
    }

    @Test func `what only reads leaves none`() async throws {
        let bench = try RelayBench()
        #expect(await end(bench, Path.menu, [RelayDoubtTests.lost, .success(.errcode(48001))]).errcode == 48001)
        #expect(await end(bench, Path.menu, [RelayDoubtTests.lost]).errcode == 990_003)
    }

    @Test func `a call that is refused on its way keeps its doubt`() async throws {
        let bench = try RelayBench()
        let inquiry = try bench.inquiry(RelayRequest(method: "POST", target: Path.template, trace: .test()))
        let passage = RelayPassage.asIs(
            inquiry.target,
            caller: Caller(name: "orders"),
            app: inquiry.directory.foreign,
            codes: .weir
        )
        for code in [40001, 45009, -1] {
            let classification = ReplyClassifier().classify(.success(.errcode(code)), api: inquiry.api)
            var last = LastAttempt(classification: classification, reply: .errcode(code))
            last.isAmbiguous = true
            let end = RelayEnd.refused(Obstacle(.credentials), last: last)
            let reply = bench.harness.relay.reply(end, inquiry, passage: passage, isStreamed: false)
            #expect(reply.errcode == 990_003)
        }
    }

    @Test func `an end without an answer is no empty 502`() async throws {
        let bench = try RelayBench()
        let inquiry = try bench.inquiry(RelayRequest(method: "POST", target: Path.custom, trace: .test()))
        let passage = RelayPassage.asIs(
            inquiry.target,
            caller: Caller(name: "orders"),
            app: inquiry.directory.foreign,
            codes: .weir
        )
        let classification = ReplyClassifier().classify(.success(.ok), api: inquiry.api)
        let end = RelayEnd.attempted(LastAttempt(classification: classification))
        let reply = bench.harness.relay.reply(end, inquiry, passage: passage, isStreamed: false)
        #expect(reply.errcode == 990_003)
        #expect(reply.status == 200)
    }

    @Test func `the memory forgets as cheaply as it remembers, and holds no places for what it forgot`() {
        let time = ManualTimeSource()
        let memory = RepeatMemory(time: time)
        let keys = (0..<RepeatMemory.limit).map {
            RepeatMemory.Key(caller: Caller(name: "c"), app: "main", path: "/p", body: Array("\($0)".utf8))
        }
        for _ in 0..<3 {
            for key in keys { memory.remember(key, id: "id", began: time.now()) }
            for key in keys { memory.forget(key) }
            #expect(memory.isEmpty)
            #expect(memory.places <= 64)
        }
        memory.remember(keys[0], id: "old", began: time.now())
        memory.remember(keys[1], id: "one", began: time.now())
        memory.forget(keys[0])
        time.advance(by: .seconds(60))
        memory.remember(keys[0], id: "new", began: time.now())
        time.advance(by: RepeatMemory.window - .seconds(60))
        memory.remember(keys[2], id: "two", began: time.now())
        #expect(memory.id(for: keys[0]) == "new")
        #expect(memory.id(for: keys[1]) == nil)
    }
}
