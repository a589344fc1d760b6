import Foundation
import Queueing
import SQLiteJournal
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@Suite struct SQLiteJournalTests {
    @Test func `appends from many threads are all kept`() async throws {
        try await withJournal { journal, _ in
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for number in 0..<200 {
                            _ = try? await journal.write([.accept(record(id(worker * 1_000 + number)))])
                        }
                    }
                }
            }
            let restored = try journal.restored()
            #expect(restored.count == 1_600)
            let status = journal.status()
            #expect(status.writes == 1_600)
            #expect(status.commits <= 1_600)
            #expect(status.pendingWrites == 0)
            #expect(status.bytes > 0)
            #expect(status.freeBytes > 0)
            #expect(status.fileSystemBytes > status.freeBytes)
            #expect(status.maximumPendingWrites == 100_000)
        }
    }

}
