import Queueing
import SQLiteJournal
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeirPorts
import WeirTesting

@Suite struct BoundsTests {
    @Test func `a commit takes no more writes than its bound, but never splits a call`() async throws {
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumBatch = 10
        let sizes = Mutex<[Int]>([])
        try await withJournal(configuration, onCommit: { report in sizes.withLock { $0.append(report.writes) } }) {
            journal,
            _ in
            let answers = Answers<Int>()
            for call in 0..<50 {
                journal.append((0..<3).map { .accept(record(id(call * 10 + $0))) }) { _ in answers.add(call) }
            }
            _ = await answers.wait(for: 50)
            try await journal.write((0..<25).map { .accept(record(id(1_000 + $0))) })
        }
        let all = sizes.withLock { $0 }
        #expect(all.dropLast().allSatisfy { $0 <= 9 && $0 % 3 == 0 })
        #expect(all.last == 25)
        #expect(all.reduce(0, +) == 175)
    }

    @Test func `beyond the bound of what waits only ends are taken`() async throws {
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumPendingWrites = 3
        try await withJournal(configuration) { journal, _ in
            try await journal.write([.accept(record(id(1)))])
            await #expect(throws: JournalError.self) {
                try await journal.write((10..<14).map { .accept(record(id($0))) })
            }
            let end = Settlement(state: .cancelled, at: start, countedAttempts: 0)
            try await journal.write((1..<6).map { .conclude(id($0), end) })
            #expect(try await journal.message(id(1))?.state == .cancelled)
            #expect(journal.status().failure == nil)
            try await journal.write((20..<23).map { .accept(record(id($0))) })
        }
    }
}
