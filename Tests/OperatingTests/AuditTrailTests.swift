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
        private let heard = Mutex<[Bool]>([])
        var results: [Bool] { heard.withLock { $0 } }

        func moved(_ operation: BulkOperation, by who: String?) {}
        func met(_ kind: BulkOperation.Kind, done: Int, skipped: Int) {}
        func waits(_ operation: BulkOperation, because why: String) {}
        func audited(isKept: Bool) { heard.withLock { $0.append(isKept) } }
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
        #expect(ear.results == Array(repeating: false, count: 5))
        journal.fail(with: nil)
        journal.settle()
        #expect(ear.results.count { $0 } == AuditTrail.mostWaiting)
        #expect(try await trail.page(AuditFilter(limit: 1_000)).entries == Array(repeating: Self.entry, count: 1_000))
        await trail.add(Self.entry)
        #expect(ear.results.last == true)
    }
}
