import SQLiteJournal
import Testing
import WeirTesting

/// One after another: a journal has a thread and a score of descriptors.
@Suite(.serialized) struct ConformanceTests {
    /// With the usual commits, and with such as hold few writes.
    @Test(arguments: JournalConformance.checks, [SQLiteJournalConfiguration().maximumBatch, 40])
    func `the journal in SQLite keeps the contract`(check: JournalCheck, maximumBatch: Int) async throws {
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumBatch = maximumBatch
        let failures = await check.failures(on: try SQLiteStorage(configuration))
        #expect(failures == [])
    }
}
