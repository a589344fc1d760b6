import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// What a new process makes of what the last one left.
@Suite struct GatewayRestoreTests {
    /// A journal in which one message was accepted and, if asked, started at noon.
    private func left(
        _ type: MessageType = .template,
        started: Int = 0,
        settled: [Outcome] = [],
        notBefore: Duration? = nil,
        notAfter: Duration? = nil,
        app: String = "main",
        body: String = "{\"client_msg_id\":\"mine\"}"
    ) -> (journal: MemoryJournal, id: JobID) {
        let journal = MemoryJournal(isManual: true)
        let (id, noon) = (JobID(rawValue: 77), Timestamp.noon)
        var model = JournalModel()
        model.apply(
            .accept(
                Message(
                    id: id,
                    app: app,
                    type: type,
                    createdAt: noon,
                    notBefore: notBefore.map { noon + $0 },
                    notAfter: notAfter.map { noon + $0 }
                ),
                MessageContent(body: Array(body.utf8))
            )
        )
        for number in 0..<started {
            model.apply(.start(id, number: number + 1, at: noon, needsBody: false))
            guard number < settled.count else { break }
            let attempt = AttemptRecord(number: number + 1, startedAt: noon, duration: .zero, outcome: settled[number])
            model.apply(
                .settle(
                    id,
                    attempt,
                    Settlement(state: .pending, at: noon, nextAt: noon + .seconds(1), countedAttempts: number + 1)
                )
            )
        }
        journal.model = model
        return (journal, id)
    }

    /// The next process, so long after noon.
    private func restart(_ journal: MemoryJournal, after pause: Duration) throws -> GatewayHarness {
        let harness = try GatewayHarness(journal: journal, hasToken: false, at: Timestamp.noon + pause)
        try harness.gateway.restore()
        harness.startKeepers()
        harness.transport.answer(.success(.token(GatewayHarness.firstToken)))
        journal.commit()
        return harness
    }

    @Test func `a waiting message goes out, its body read from disk`() throws {
        let (journal, id) = left()
        let harness = try restart(journal, after: .seconds(5))
        #expect(harness.calls.map(\.body) == ["{\"client_msg_id\":\"mine\"}"])
        harness.transport.answer(.success(.ok))
        journal.commit()
        #expect(journal.record(id)?.state == .sent)
        #expect(journal.appends.contains(["start 1 with body"]))
    }

    @Test func `an interrupted template goes again under the same id, and its trail says so`() throws {
        let (journal, id) = left(started: 1)
        let harness = try restart(journal, after: .seconds(5))
        #expect(harness.calls.map(\.body) == ["{\"client_msg_id\":\"mine\"}"])
        harness.transport.answer(.success(.ok))
        journal.commit()
        let record = try #require(journal.record(id))
        #expect(record.state == .sent)
        #expect(record.attempts.map(\.outcome) == [.unknown, .accepted])
        #expect(record.attempts.map(\.number) == [1, 2])
    }

    @Test(arguments: [MessageType.custom, .subscribe, .miniProgram, .mass])
    func `an interrupted message that WeChat would not recognise ends unknown`(_ type: MessageType) throws {
        let (journal, id) = left(type, started: 1)
        let harness = try restart(journal, after: .seconds(5))
        #expect(harness.calls.isEmpty)
        let record = try #require(journal.record(id))
        #expect(record.state == .unknown)
        #expect(record.reason?.contains("restart") == true)
        #expect(record.attempts.map(\.outcome) == [.unknown])
        #expect(harness.metricsText.contains("state=\"unknown\",source=\"client\"} 1"))
    }

    @Test func `an interrupted mass message goes again under its clientmsgid, hours later`() throws {
        let body = #"{"touser":["a","b"],"msgtype":"text","clientmsgid":"mine"}"#
        let (journal, id) = left(.mass, started: 1, body: body)
        let harness = try restart(journal, after: .seconds(22 * 3600))
        #expect(harness.calls.map(\.body) == [body])
        harness.transport.answer(#"{"errcode":45065,"errmsg":"clientmsgid exist","msg_id":7}"#)
        journal.commit()
        let record = try #require(journal.record(id))
        #expect(record.state == .sent)
        #expect(record.msgid == 7)
    }

    @Test(arguments: [#"{"client_msg_id":""}"#, #"{"client_msg_id":7}"#, "{}", ""])
    func `an interrupted template without a client_msg_id ends unknown`(_ body: String) throws {
        let (journal, id) = left(started: 1, body: body)
        let harness = try restart(journal, after: .seconds(5))
        #expect(harness.calls.isEmpty)
        #expect(journal.record(id)?.state == .unknown)
    }

    @Test func `an interrupted template that was away too long ends unknown`() throws {
        let (journal, id) = left(started: 1)
        let harness = try restart(journal, after: .seconds(541))
        #expect(harness.calls.isEmpty)
        #expect(journal.record(id)?.state == .unknown)
    }

    /// Outcomes of settled attempts, the pause, whether it is sent again.
    static let settled: [([Outcome], Duration, Bool)] = [
        ([.transient], .seconds(3600), true), ([.unknown], .seconds(100), true), ([.unknown], .seconds(3600), false),
        ([.unknown, .transient], .seconds(3600), false), ([.throttled], .seconds(86_400), true),
    ]

    @Test(arguments: settled)
    func `doubt outlives the process`(_ outcomes: [Outcome], _ pause: Duration, _ isSent: Bool) throws {
        let (journal, id) = left(started: outcomes.count, settled: outcomes)
        let harness = try restart(journal, after: pause)
        #expect(harness.calls.count == (isSent ? 1 : 0))
        if !isSent { #expect(journal.record(id)?.state == .unknown) }
    }

    @Test func `a message that expired meanwhile ends without an attempt`() throws {
        let (journal, id) = left(notAfter: .seconds(60))
        let harness = try restart(journal, after: .seconds(61))
        #expect(harness.calls.isEmpty)
        #expect(journal.record(id)?.state == .expired)
    }

    @Test func `a scheduled message stays scheduled`() throws {
        let (journal, id) = left(notBefore: .seconds(3600))
        let harness = try restart(journal, after: .seconds(60))
        #expect(harness.calls.isEmpty)
        #expect(harness.dispatcher.waiting(id) == Obstacle(.scheduled, until: Timestamp.noon + .seconds(3600)))
        harness.advance(.seconds(3540))
        journal.commit()
        #expect(harness.calls.count == 1)
    }

    @Test func `a message of an app that is gone waits for it, and the log says so`() throws {
        let (journal, id) = left(app: "gone")
        let harness = try restart(journal, after: .seconds(5))
        #expect(harness.calls.isEmpty)
        #expect(journal.record(id)?.state == .pending)
        #expect(harness.dispatcher.waiting(id)?.reason == .noApp)
        #expect(harness.log.text.contains("messages wait for apps that are not configured"))
        #expect(harness.gateway.snapshot().absentApps.map(\.name) == ["gone"])
    }

    @Test func `what waits for an app that is gone ends by its not_after`() throws {
        let (journal, id) = left(notAfter: .seconds(60), app: "gone")
        let harness = try restart(journal, after: .seconds(5))
        harness.advance(.seconds(56))
        journal.commit()
        #expect(journal.record(id)?.state == .expired)
    }

    @Test func `ids of a new process are later than those of the last`() throws {
        let harness = try GatewayHarness()
        let before = harness.dispatcher.makeID()
        let next = try GatewayHarness(at: Timestamp.noon + .milliseconds(1))
        #expect(next.dispatcher.makeID() > before)
    }

    // MARK: Its life

    @Test func `it serves once the journal was read, and ends when what is in flight has`() async throws {
        let harness = try GatewayHarness(journal: MemoryJournal(), hasToken: false)
        #expect(harness.gateway.messagesProblem() != nil)
        let gateway = harness.gateway
        let run = Task { try await gateway.run() }
        await harness.transport.waitForRequests(1)
        harness.transport.answer(.success(.token("T")))
        // The token's renewal and the house-keeping.
        await harness.time.waitForSleepers(2)
        #expect(gateway.messagesProblem() == nil)
        let orders = Caller(name: "")
        _ = try await gateway.accept(MessageBench.body(), idempotencyKey: nil, caller: orders, trace: .test())
        await harness.transport.waitForRequests(2)
        run.cancel()
        while gateway.relayProblem() == nil { await Task.yield() }
        // The token's renewal, the look at what hangs, and the wait for what is in flight.
        await harness.time.waitForSleepers(3)
        await #expect(throws: MessageRefusal.self) {
            _ = try await gateway.accept(MessageBench.body(), idempotencyKey: nil, caller: orders, trace: .test())
        }
        harness.transport.answer(.success(.ok))
        harness.journal.settle()
        harness.time.advance(by: .milliseconds(20))
        try await run.value
        #expect(harness.log.text.contains("drained"))
        #expect(harness.journal.model.messages.values.map(\.state) == [.sent])
    }
}
