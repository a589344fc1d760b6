import Queueing
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// A newer message in the place of an older one.
@Suite struct CollapseTests {
    private let harness: GatewayHarness

    init() throws {
        var configuration = GatewayHarness.configuration
        configuration.apps["main"]?.defaultLimit = .single
        harness = try GatewayHarness(configuration)
        // Takes the only permit.
        harness.accept(harness.message())
        harness.journal.commit()
    }

    private func keyed(_ mark: UInt8 = 1) -> MessageRecord {
        var message = harness.message()
        message.message.collapse = CollapseMark(Array(repeating: mark, count: CollapseMark.size))
        return message
    }

    private func state(_ message: MessageRecord) -> JobState? { harness.journal.record(message.id)?.state }

    private var keys: Int { harness.dispatcher.state.withLock { $0.collapses.count } }

    /// Two messages with one key, of which the older one has been accepted.
    private static func pair(in harness: GatewayHarness) -> (older: MessageRecord, newer: MessageRecord) {
        var (older, newer) = (harness.message(), harness.message())
        older.message.collapse = CollapseMark(0..<16)
        newer.message.collapse = older.message.collapse
        harness.accept(older)
        harness.journal.commit()
        return (older, newer)
    }

    @Test func `the older one ends in the append that accepts the newer one`() throws {
        let (older, newer, other) = (keyed(), keyed(), keyed(2))
        for message in [older, other] { harness.accept(message) }
        harness.journal.commit()
        let ended = Outbox<Bool>()
        harness.dispatcher.whenEnded(older.id) { ended.put(true) }
        let answer = harness.accept(newer)
        #expect(harness.journal.appends.last == ["accept", "collapse"])
        #expect(answer.count == 0 && ended.count == 0)
        harness.journal.commit()
        #expect(answer.kinds == ["ok"] && ended.count == 1)
        let record = try #require(harness.journal.record(older.id))
        #expect(record.state == .cancelled && record.reason == "collapsed" && record.collapsedInto == newer.id)
        #expect(state(newer) == .pending && state(other) == .pending)
        #expect(harness.dispatcher.waiting(older.id) == nil)
        #expect(harness.metricsText.contains("weir_queue_depth"))
        #expect(keys == 2)
    }

    @Test func `where the journal can't take the newer one, the older one waits on and is sent`() throws {
        let (older, newer) = (keyed(), keyed())
        harness.accept(older)
        harness.journal.commit()
        harness.journal.fail(with: .full("full"))
        let answer = harness.accept(newer)
        harness.journal.commit()
        #expect(answer.kinds != ["ok"] && harness.dispatcher.waiting(older.id) != nil)
        #expect(harness.dispatcher.waiting(newer.id) == nil && keys == 1)
        harness.journal.fail(with: nil)
        harness.dispatcher.setJournalWritable(true)
        // It can be replaced as before.
        let third = keyed()
        harness.accept(third)
        harness.journal.commit()
        #expect(state(older) == .cancelled && state(third) == .pending)
        harness.advance(.seconds(61))
        harness.journal.commit()
        #expect(harness.calls.last?.request.body == third.content.body)
    }

    @Test func `a full queue takes a message that replaces another, and no other`() throws {
        var configuration = GatewayHarness.configuration
        configuration.apps["main"]?.defaultLimit = .single
        configuration.queue.capacity = 3
        let harness = try GatewayHarness(configuration)
        harness.accept(harness.message())
        harness.journal.commit()
        var older = harness.message(priority: .high)
        older.message.collapse = CollapseMark(0..<16)
        harness.accept(older)
        harness.accept(harness.message(priority: .high))
        harness.journal.commit()
        #expect(harness.accept(harness.message(priority: .high)).kinds != ["ok"])
        var newer = harness.message(priority: .high)
        newer.message.collapse = older.message.collapse
        let answer = harness.accept(newer)
        harness.journal.commit()
        #expect(answer.kinds == ["ok"] && harness.journal.record(older.id)?.state == .cancelled)
    }

    @Test func `one on its way is left alone, and ends when it would wait again`() throws {
        let harness = try GatewayHarness()
        let (older, newer) = CollapseTests.pair(in: harness)
        #expect(harness.calls.count == 1)
        harness.accept(newer)
        #expect(harness.journal.appends.last == ["accept", "start 1"])
        harness.journal.commit()
        #expect(harness.transport.answer(.success(.errcode(-1))))
        // In one commit: a crash between the two would let it be sent again.
        #expect(harness.journal.appends.last == ["settle 1 pending", "conclude cancelled"])
        harness.journal.commit()
        let record = try #require(harness.journal.record(older.id))
        #expect(record.state == .cancelled && record.collapsedInto == newer.id && record.attempts.count == 1)
    }

    @Test func `one on its way is not ended by a newer one that is never accepted`() throws {
        let harness = try GatewayHarness()
        let (older, newer) = CollapseTests.pair(in: harness)
        harness.journal.fail(with: .full("full"))
        let answer = harness.accept(newer)
        // It would wait again while nobody knows what becomes of the newer one.
        #expect(harness.transport.answer(.success(.errcode(-1))))
        harness.journal.commit()
        #expect(answer.kinds != ["ok"] && harness.dispatcher.waiting(older.id) != nil)
        harness.journal.fail(with: nil)
        harness.dispatcher.setJournalWritable(true)
        harness.journal.commit()
        #expect(harness.journal.record(older.id)?.state == .pending)
    }

    @Test func `one that waits again before the newer one is on disk ends when it is`() throws {
        let harness = try GatewayHarness()
        let (older, newer) = CollapseTests.pair(in: harness)
        harness.accept(newer)
        #expect(harness.transport.answer(.success(.errcode(-1))))
        #expect(harness.dispatcher.waiting(older.id) != nil)
        harness.journal.commit()
        harness.journal.commit()
        let record = try #require(harness.journal.record(older.id))
        #expect(record.state == .cancelled && record.collapsedInto == newer.id)
    }

    @Test func `one that may have arrived is never ended by a newer one`() throws {
        let harness = try GatewayHarness()
        let (older, newer) = CollapseTests.pair(in: harness)
        #expect(harness.transport.answer(.failure(TransportFailure(.timeout, bytesLeft: true))))
        harness.journal.commit()
        #expect(harness.journal.record(older.id)?.state == .pending)
        harness.accept(newer)
        harness.journal.commit()
        #expect(harness.journal.record(older.id)?.state != .cancelled)
    }

    @Test func `a hundred thousand that wait are replaced one by one, and nothing is left of them`() throws {
        let marks = (0..<100_000).compactMap { number in
            CollapseMark((0..<16).map { UInt8(truncatingIfNeeded: $0 < 4 ? number >> ($0 * 8) : 0) })
        }
        var index = CollapseIndex()
        for (number, mark) in marks.enumerated() { index.add(JobID(rawValue: UInt64(number)), mark) }
        #expect(index.count == 100_000)
        for (number, mark) in marks.enumerated() {
            let (old, new) = (JobID(rawValue: UInt64(number)), JobID(rawValue: UInt64(number + 100_000)))
            #expect(index.newest(of: mark) == old)
            index.add(new, mark)
            #expect(index.successor(of: old) == nil)
            #expect(index.confirm(new) == old && index.successor(of: old) == new)
            index.remove(old)
        }
        #expect(index.count == 100_000)
        for number in 100_000..<200_000 { index.remove(JobID(rawValue: UInt64(number))) }
        #expect(index.count == 0)
        #expect(marks.allSatisfy { index.newest(of: $0) == nil })
    }

    @Test func `what an earlier process left is replaced as well`() throws {
        let (older, newer) = (keyed(), keyed())
        harness.accept(older)
        harness.journal.commit()
        let next = try GatewayHarness(journal: MemoryJournal(harness.journal.model, isManual: true), hasToken: false)
        try next.gateway.restore()
        next.accept(newer)
        next.journal.commit()
        #expect(next.journal.record(older.id)?.collapsedInto == newer.id)
    }
}
