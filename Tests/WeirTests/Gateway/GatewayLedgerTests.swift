import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import DispatchCore
@testable import Dispatching
@testable import Weir

/// What one gateway stops is stopped in the next one on the same journal.
@Suite struct GatewayLedgerTests {
    private static let breaker = "main~api.weixin.qq.com~message"

    /// The next process: its journal has what the last one's committed.
    private func restart(_ last: GatewayHarness, after pause: Duration = .seconds(5)) throws -> GatewayHarness {
        _ = last.journal.losePending()
        return try GatewayHarness(journal: last.journal, at: last.time.timestamp() + pause)
    }

    private func lines(of harness: GatewayHarness, with words: String) -> Int {
        harness.log.text.split(separator: "\n").count { $0.contains(words) }
    }

    @Test func `what was stopped is stopped before the first call, and told with reason and time`() throws {
        let first = try GatewayHarness()
        first.accept(first.message())
        first.journal.commit()
        first.transport.answer(.success(.errcode(45009)))
        _ = first.gateway.setPaused(true, app: "main", because: "moving house")
        _ = first.gateway.force(.open, breaker: GatewayLedgerTests.breaker)
        first.journal.commit()
        let before = first.gateway.snapshot()

        // Nothing was restored, and no call has come.
        let next = try restart(first)
        let after = next.gateway.snapshot()
        #expect(after.apps.map(\.pause) == before.apps.map(\.pause))
        #expect(after.apps[0].pause == .init(reason: "moving house", since: Timestamp.noon, until: nil))
        #expect(after.breakers.map(\.stop) == before.breakers.map(\.stop))
        #expect(after.breakers.map(\.mode) == [.open])
        #expect(after.gates.map(\.park) == before.gates.map(\.park))
        #expect(after.gates[0].park?.reason == "errcode 45009")
        #expect(after.ledgerEntries == 3)
        let ends = Outbox<RelayEnd>()
        _ = next.dispatcher
            .relay(next.call(ends: ends), priority: .normal, retryClass: "available")
        guard case .refused(let obstacle, _) = ends.all.first else { Issue.record("\(ends.all)"); return }
        #expect(obstacle.reason == .paused)
        #expect(next.calls.isEmpty)
        #expect(next.log.text.contains("stays so decisions=3"))
    }

    @Test func `a message that waited behind a park waits behind it after the restart, and then goes`() throws {
        let first = try GatewayHarness()
        let message = first.message()
        first.accept(message)
        first.journal.commit()
        first.transport.answer(.success(.errcode(45011)))
        first.journal.commit()
        let next = try restart(first, after: .seconds(20))
        let other = next.message()
        try next.gateway.restore()
        next.accept(other)
        next.journal.commit()
        #expect(next.calls.isEmpty)
        next.advance(.seconds(39))
        next.journal.commit()
        #expect(next.calls.isEmpty)
        next.advance(.seconds(1))
        next.journal.commit()
        #expect(next.calls.count == 2)
    }

    @Test func `what an attempt stopped is written right behind its end`() throws {
        let harness = try GatewayHarness()
        harness.accept(harness.message())
        harness.journal.commit()
        harness.transport.answer(.success(.errcode(45009)))
        #expect(harness.journal.appends.suffix(2) == [["settle 1 pending"], ["remember park/main/\(Path.template)"]])
        harness.journal.commit()
        _ = harness.gateway.setPaused(false, app: "main")
        #expect(harness.journal.appends.contains(["forget park/main/\(Path.template)"]))
    }

    @Test func `a decision holds while the journal can't be written, says so, and is written later`() throws {
        let harness = try GatewayHarness()
        harness.journal.fail(with: .full("no room"))
        for _ in 0..<3 {
            _ = harness.gateway.setPaused(true, app: "main")
            harness.journal.commit()
        }
        #expect(harness.gateway.snapshot().isLedgerBehind)
        #expect(harness.gateway.snapshot().apps[0].isPaused)
        #expect(harness.journal.model.ledger.isEmpty)
        #expect(lines(of: harness, with: "would not outlive the process") == 1)
        harness.journal.fail(with: nil)
        harness.dispatcher.setJournalWritable(true)
        harness.journal.commit()
        #expect(harness.journal.model.ledger.keys.sorted() == ["pause/main"])
        #expect(!harness.gateway.snapshot().isLedgerBehind)
    }

    @Test func `an operator hears whether a decision is on disk`() async throws {
        let harness = try GatewayHarness(journal: MemoryJournal())
        _ = harness.gateway.setPaused(true, app: "main")
        #expect(await harness.gateway.isDecisionKept())
        #expect(harness.journal.model.ledger.keys.sorted() == ["pause/main"])
        harness.journal.fail(with: .full("no room"))
        _ = harness.gateway.setPaused(false, app: "main")
        #expect(await !harness.gateway.isDecisionKept())
    }

    @Test func `a decision that finds no room holds, and the log says that it ends with the process`() throws {
        let journal = MemoryJournal(isManual: true)
        var model = JournalModel()
        for number in 0..<LedgerEntry.mostEntries {
            let entry = LedgerEntry(name: "later/\(number)", value: [1], at: Timestamp.noon)
            model.apply(.remember(try #require(entry)))
        }
        journal.model = model
        let harness = try GatewayHarness(journal: journal)
        _ = harness.gateway.setPaused(true, app: "main")
        harness.dispatcher.tellOfFullLedger()
        #expect(harness.gateway.snapshot().apps[0].isPaused)
        #expect(harness.log.text.contains("the ledger is full"))
        #expect(!harness.journal.appends.contains(["remember pause/main"]))
    }

    @Test func `entries that can't be read are left alone, and one line says so`() throws {
        let journal = MemoryJournal(isManual: true)
        for name in ["pause/main", "quota/main/x"] {
            let entry = try #require(LedgerEntry(name: name, value: [0xFF], at: Timestamp.noon))
            journal.model.apply(.remember(entry))
        }
        let harness = try GatewayHarness(journal: journal)
        try harness.gateway.restore()
        #expect(!harness.gateway.snapshot().apps[0].isPaused)
        #expect(lines(of: harness, with: "left alone") == 1)
        #expect(harness.log.text.contains("such_as=pause/main, quota/main/x"))
        harness.journal.commit()
        #expect(journal.model.ledger.count == 2)
        // A decision takes the place of what was damaged.
        _ = harness.gateway.setPaused(true, app: "main")
        harness.journal.commit()
        #expect(journal.model.ledger["pause/main"].flatMap(LedgerFact.init)?.content == .pause)
        #expect(journal.model.ledger["quota/main/x"]?.value == [0xFF])
    }
}
