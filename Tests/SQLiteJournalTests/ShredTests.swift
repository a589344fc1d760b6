import Queueing
import Synchronization
import TestSupport
import Testing
import WeirPorts
import WeirTesting

@testable import SQLiteJournal

/// Emptying the log holds up no commit.
@Suite struct ShredTests {
    private static func call(_ count: Int = 1) -> PendingCall {
        PendingCall(writes: Array(repeating: .forget("x"), count: count)) { _ in }
    }

    /// What a queue hands out, in short, until it has nothing.
    private static func work(of queue: inout CommitQueue) -> [String] {
        var work: [String] = []
        while true {
            switch queue.take() {
            case .commit(let calls): work.append("commit \(calls.count)")
            case .shred(let answers):
                work.append("shred \(answers.count)")
                for answer in answers { answer(true) }
            case .sweep: work.append("sweep")
            case .probe: work.append("probe")
            case .finish: return work + ["finish"]
            case .wait: return work
            }
        }
    }

    @Test func `what waits is committed before the log is emptied, once for all who ask`() {
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumBatch = 2
        var queue = CommitQueue(configuration)
        let answers = Answers<Bool>()
        for _ in 0..<3 { _ = queue.add(Self.call()) }
        for _ in 0..<5 { _ = queue.shred { answers.add($0) } }
        _ = queue.add(Self.call(2))
        #expect(Self.work(of: &queue) == ["commit 2", "commit 1", "shred 5", "commit 1"])
        #expect(answers.all == Array(repeating: true, count: 5))
        _ = queue.shred { answers.add($0) }
        #expect(Self.work(of: &queue) == ["shred 1"])
        _ = queue.add(Self.call())
        _ = queue.shred { answers.add($0) }
        _ = queue.close()
        #expect(Self.work(of: &queue) == ["commit 1", "shred 1", "finish"])
        #expect(answers.all.count == 7)
    }

    @Test func `it is not put off for ever by calls that keep coming`() {
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumBatch = 1
        var queue = CommitQueue(configuration)
        for _ in 0..<3 { _ = queue.add(Self.call()) }
        _ = queue.shred { _ in }
        var taken: [String] = []
        while taken.last != "shred", taken.count < 10 {
            _ = queue.add(Self.call())
            if case .shred = queue.take() { taken.append("shred") } else { taken.append("commit") }
        }
        #expect(taken == ["commit", "commit", "commit", "shred"])
    }

    @Test func `while somebody reads, accepts go on, and the log is emptied when they are done`() async throws {
        let commits = Mutex(0)
        try await withJournal(onCommit: { _ in commits.withLock { $0 += 1 } }) { journal, folder in
            try await journal.write([.accept(record(id(0)))])
            let reader = try Database(path: folder.journal + "/journal.sqlite")
            try reader.execute("BEGIN")
            _ = try reader.integer("SELECT count(*) FROM messages")
            let before = commits.withLock { $0 }
            // As many tries as a forget makes: did each wait for the reader, these would take minutes.
            for number in 1...50 {
                async let isDone = journal.shred()
                try await journal.write([.accept(record(id(number)))])
                #expect(try await !isDone)
            }
            #expect(commits.withLock { $0 } == before + 50)
            try reader.execute("COMMIT")
            #expect(try await journal.shred())
        }
    }

    @Test func `the patience of other statements is what it was`() throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.path + "/one.sqlite")
        try database.execute("PRAGMA journal_mode = WAL; CREATE TABLE one (id INTEGER PRIMARY KEY)")
        #expect(database.emptyLog())
        #expect(try database.integer("PRAGMA busy_timeout") == 5_000)
    }
}
