import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeirPorts
import WeirTesting

@testable import Operating

/// What operators did, and how people are named in it.
@Suite struct AuditTrailTests {
    final class Ear: OperationObserver {
        private let heard = Mutex<[AuditFate]>([])
        var results: [AuditFate] { heard.withLock { $0 } }

        func moved(_ operation: BulkOperation, by who: String?) {}
        func met(_ kind: BulkOperation.Kind, done: Int, skipped: Int) {}
        func waits(_ operation: BulkOperation, because why: String) {}
        func audited(_ fate: AuditFate) { heard.withLock { $0.append(fate) } }
    }

    private let ear = Ear()

    private func trail(_ journal: MemoryJournal, key: UInt8 = 1) -> AuditTrail {
        AuditTrail(journal: journal, observer: ear, time: ManualTimeSource()) { [UInt8](repeating: key, count: 32) }
    }

    private static let entry = AuditEntry(
        at: Timestamp(milliseconds: 1),
        who: "alice",
        role: "act",
        action: "pause",
        status: 200
    )

    @Test func `a person is named by a hash: the same after a restart, another with another key, app or openid`() throws
    {
        let journal = MemoryJournal()
        let first = trail(journal)
        let mark = first.mark(Person(app: "main", recipient: "o-1"))
        #expect(
            mark.count == 32 && mark.allSatisfy(\.isHexDigit)
                && mark == first.mark(Person(app: "main", recipient: "o-1"))
        )
        journal.settle()
        let entries = try journal.ledger()
        #expect(entries.map(\.name) == ["audit/key"])
        let again = trail(MemoryJournal(), key: 2)
        #expect(again.mark(Person(app: "main", recipient: "o-1")) != mark)
        let other = try #require(LedgerEntry(name: "pause/main", value: [1], at: Timestamp(milliseconds: 1)))
        #expect(again.takeBack(entries + [other]) == [other])
        #expect(again.mark(Person(app: "main", recipient: "o-1")) == mark)
        #expect(again.mark(Person(app: "main", recipient: "o-2")) != mark)
        #expect(again.mark(Person(app: "other", recipient: "o-1")) != mark)
    }

    @Test func `the key is drawn by chance`() {
        let keys = Set((0..<10).map { _ in AuditTrail.chance() })
        #expect(keys.count == 10 && keys.allSatisfy { $0.count == 32 })
    }

    @Test func `while nothing can be written rows wait, so many, and no operator waits for them`() async throws {
        let journal = MemoryJournal()
        let trail = trail(journal)
        journal.fail(with: .full("no room"))
        for _ in 0..<(AuditTrail.mostWaiting + 5) { await trail.add(Self.entry) }
        #expect(ear.results == Array(repeating: .lost, count: 5))
        journal.fail(with: nil)
        journal.settle()
        #expect(ear.results.count { $0 == .kept } == AuditTrail.mostWaiting)
        #expect(try await trail.page(AuditFilter(limit: 1_000)).entries == Array(repeating: Self.entry, count: 1_000))
        await trail.add(Self.entry)
        #expect(ear.results.last == .kept)
    }

    @Test func `refusals are few, and push out nothing that was done`() async throws {
        let journal = MemoryJournal()
        let time = ManualTimeSource()
        let trail = AuditTrail(journal: journal, observer: ear, time: time)
        func refusal(_ action: String, of who: String = "eve") -> AuditEntry {
            AuditEntry(at: time.timestamp(), who: who, role: "see", action: action, status: 403)
        }
        func rows() async throws -> [String] {
            try await trail.page(AuditFilter(limit: 1_000)).entries.map { "\($0.who) \($0.action)" }
        }
        for _ in 0..<1_000 { await trail.add(refusal("pause")) }
        await trail.add(refusal("reload"))
        await trail.add(refusal("pause", of: "bob"))
        #expect(try await rows() == ["bob pause", "eve reload", "eve pause"])
        #expect(ear.results.count { $0 == .refused } == 999)
        // What was done always leaves its row.
        for _ in 0..<3 { await trail.add(Self.entry) }
        #expect(try await rows().count == 6)
        // Somebody who tries everything, all day.
        for _ in 0..<500 {
            time.advance(by: RefusalBound.interval)
            await trail.add(refusal("pause"))
        }
        #expect(try await rows().count == 3 + RefusalBound.most)
        time.advance(by: RefusalBound.period)
        await trail.add(refusal("pause"))
        #expect(try await rows().count == 4 + RefusalBound.most)
    }
}
