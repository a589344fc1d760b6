import Testing
import WeirTesting

@Suite struct MemoryJournalTests {
    @Test(arguments: JournalConformance.checks)
    func `the memory journal keeps the contract`(check: JournalCheck) async {
        let failures = await check.failures(on: MemoryStorage())
        #expect(failures == [])
    }
}
