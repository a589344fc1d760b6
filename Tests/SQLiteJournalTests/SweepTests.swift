import Queueing
import SQLiteJournal
import Testing
import Timekeeping
import WeirPorts

@Suite struct SweepTests {
    private static let day = Duration.seconds(86_400)

    @Test func `a step looks at no more than its limit and later steps go on from there`() async throws {
        try await withJournal { journal, _ in
            let ended = (0..<25).map { record(id($0), state: .sent, endedAt: start) }
            try await journal.write(ended.flatMap(writes))
            let now = start + SweepTests.day * 8
            var withBody: [Int] = []
            var steps = 0
            while try await journal.sweep(Retention(), now: now, limit: 10) {
                steps += 1
                var count = 0
                for number in 0..<25 where try await journal.message(id(number))?.body.isEmpty == false { count += 1 }
                withBody.append(count)
                if steps > 20 { break }
            }
            #expect(Array(withBody.prefix(3)) == [15, 5, 0])
            #expect(steps == 5)
            #expect(try await journal.list(MessageFilter()).messages.isEmpty)
        }
    }

    @Test func `what is too young ends the walk, and the next one begins anew`() async throws {
        try await withJournal { journal, _ in
            let later = start + SweepTests.day
            let ended = [
                record(id(1), state: .failed, endedAt: start), record(id(2), state: .sent, endedAt: start),
                record(id(3, at: later), createdAt: later, state: .sent, endedAt: later),
            ]
            try await journal.write(ended.flatMap(writes))
            while try await journal.sweep(Retention(), now: start + SweepTests.day * 7, limit: 2) {}
            #expect(try await journal.list(MessageFilter()).messages.map(\.id) == [id(3, at: later), id(1)])
            while try await journal.sweep(Retention(), now: start + SweepTests.day * 8, limit: 2) {}
            #expect(try await journal.list(MessageFilter()).messages.map(\.id) == [id(1)])
        }
    }
}
