import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import SQLiteJournal

@Suite struct TrailTests {
    /// What an attempt leaves: started and settled, the message waiting on.
    private func attempts(_ numbers: ClosedRange<Int>, _ outcome: (Int) -> Outcome = { _ in .throttled })
        -> [JournalWrite]
    {
        numbers.flatMap { number -> [JournalWrite] in
            let at = start + .seconds(Int64(number))
            let waiting = Settlement(state: .pending, at: at, nextAt: at + .seconds(1), countedAttempts: 0)
            return [
                .start(id(1), number: number, at: at, needsBody: false),
                .settle(id(1), attempt(number, at: at, outcome(number)), waiting),
            ]
        }
    }

    private func rows(_ folder: TemporaryFolder) throws -> [Int] {
        try JournalDatabase.openReader(try JournalFolder(path: folder.journal))
            .texts("SELECT number FROM attempts ORDER BY number").compactMap { Int($0) }
    }

    @Test(arguments: [(20, 0), (100, 0), (101, 1), (3_000, 2_900)])
    func `a trail keeps its first 20 and its last 80 attempts, and the number between`(count: Int, omitted: Int)
        async throws
    {
        try await withJournal { journal, folder in
            try await journal.write([.accept(record(id(1)))])
            for first in stride(from: 1, through: count, by: 100) {
                try await journal.write(attempts(first...min(first + 99, count)))
            }
            let message = try #require(try await journal.message(id(1)))
            let expected = (1...count).filter { $0 <= 20 || $0 > count - 80 }
            #expect(message.attempts.map(\.number) == expected)
            #expect(message.omittedAttempts == omitted)
            #expect(try rows(folder) == expected)
            #expect(try journal.restored().map(\.progress.startedAttempts) == [count])
        }
    }

    @Test func `a trail that an earlier version let grow reads alike and is cleared away a few rows a settle`()
        async throws
    {
        let folder = try TemporaryFolder()
        var journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        try await journal.write([.accept(record(id(1)))])
        try await journal.write(attempts(1...1))
        await journal.close()
        let old = try Database(path: folder.journal + "/journal.sqlite")
        try old.execute(
            """
            WITH RECURSIVE numbers (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < 70000)
            INSERT INTO attempts SELECT message_id, numbers.number, started_at, duration, outcome, errcode, errmsg,
            rid, waits, next_at, next_reason, next_cost
            FROM (SELECT * FROM attempts) CROSS JOIN numbers;
            UPDATE messages SET attempts = 70000
            """
        )
        old.close()
        journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        #expect(try journal.restored().map(\.progress.startedAttempts) == [70_000])
        let message = try #require(try await journal.message(id(1)))
        #expect(message.attempts.map(\.number) == Array(1...20) + Array(69_921...70_000))
        #expect(message.omittedAttempts == 69_900)
        try await journal.write(attempts(70_001...70_001))
        #expect(try rows(folder).count == 70_001 - 8)
        for first in stride(from: 70_002, to: 80_002, by: 500) {
            try await journal.write(attempts(first...first + 499))
        }
        #expect(try rows(folder) == Array(1...20) + Array(79_922...80_001))
        await journal.close()
    }

    @Test(arguments: [(12, false), (30, false), (199, false), (30, true)])
    func `a doubt outlives the trail, until a redrive`(unknown: Int, isRedriven: Bool) async throws {
        let folder = try TemporaryFolder()
        var journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        try await journal.write([.accept(record(id(1)))])
        try await journal.write(attempts(1...200) { $0 == unknown || $0 == 150 && !isRedriven ? .unknown : .throttled })
        if isRedriven { try await journal.write([.redrive(id(1), at: start + .seconds(200))]) }
        try await journal.write(attempts(201...500))
        await journal.close()
        journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        #expect(try journal.restored().map(\.progress.isAmbiguous) == [!isRedriven])
        #expect(try await journal.message(id(1))?.attempts.map(\.number) == Array(1...20) + Array(421...500))
        // At most one more than what is shown.
        #expect(try rows(folder).count <= 101)
        await journal.close()
    }

    @Test(arguments: 1...3)
    func `long histories are told as a plain search would, also across redrives`(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        try await withJournal { journal, _ in
            var model = JournalModel()
            var writes: [JournalWrite] = [.accept(record(id(1)))]
            for number in 1...600 {
                writes += attempts(number...number) { _ in
                    Int.random(in: 0..<40, using: &generator) == 0 ? .unknown : .throttled
                }
                if Int.random(in: 0..<80, using: &generator) == 0 {
                    writes.append(.redrive(id(1), at: start + .seconds(Int64(number))))
                }
                guard number % 7 == 0 else { continue }
                for write in writes { model.apply(write) }
                try await journal.write(writes)
                writes = []
                #expect(parts(try await journal.message(id(1))) == parts(model.message(id(1))), "\(number)")
                #expect(try journal.restored() == model.restored, "\(number)")
            }
        }
    }
}
