import Testing
import WeirTesting

/// The checks find what they are there for.
@Suite struct FaultyJournalTests {
    @Test(arguments: JournalFault.allCases)
    func `each fault of a journal fails the check that names it`(fault: JournalFault) async throws {
        let check = try #require(JournalConformance.checks.first { $0.sentence == fault.rawValue })
        let storage = MemoryStorage { FaultyJournal($0, fault) }
        let failures = await check.failures(on: storage)
        #expect(!failures.isEmpty)
        #expect(failures.allSatisfy { $0.hasPrefix(fault.rawValue) })
    }

    @Test func `no two checks have one name`() {
        let sentences = JournalConformance.checks.map(\.sentence)
        #expect(Set(sentences).count == sentences.count)
    }
}
