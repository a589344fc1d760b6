import Queueing
import SQLiteJournal
import Testing
import Timekeeping
import WeirPorts

@Suite struct SweepTests {
    enum Kept: Equatable {
        case whole, withoutBody, nothing
    }

    private static let day = Duration.seconds(86_400)

    /// With the default retention.
    private static let cases: [(JobState, Duration, Kept)] = [
        (.pending, day * 400, .whole), (.sending, day * 400, .whole),
        (.sent, day - .milliseconds(1), .whole), (.sent, day, .withoutBody),
        (.sent, day * 7 - .milliseconds(1), .withoutBody), (.sent, day * 7, .nothing),
        (.delivered, day, .withoutBody), (.delivered, day * 7, .nothing),
        (.expired, day, .withoutBody), (.expired, day * 7, .nothing),
        (.cancelled, day, .withoutBody), (.cancelled, day * 7, .nothing),
        (.failed, day * 29, .whole), (.failed, day * 30, .nothing),
        (.dead, day * 29, .whole), (.dead, day * 30, .nothing),
        (.unknown, day * 29, .whole), (.unknown, day * 30, .nothing),
    ]

    @Test(arguments: cases)
    func `a message is kept as long as its state says`(state: JobState, later: Duration, kept: Kept) async throws {
        try await withJournal { journal, _ in
            let end = Settlement(state: state, at: start, countedAttempts: 1)
            try await journal.write([
                .accept(record(id(1), key: "k")), .start(id(1), number: 1, at: start, needsBody: false),
            ])
            try await journal.write([.settle(id(1), attempt(1), end)])
            while try await journal.sweep(Retention(), now: start + later, limit: 10) {}
            let message = try await journal.message(id(1))
            let found: Kept = message == nil ? .nothing : message?.body == [] ? .withoutBody : .whole
            #expect(found == kept)
            if kept == .nothing {
                // A message that comes with the same id has nothing of the old one.
                try await journal.write([.accept(record(id(1)))])
                #expect(try await journal.message(id(1))?.attempts == [])
                let key = IdempotencyKey(client: "orders", app: "main", key: "k")
                #expect(try await journal.idempotent(key, now: start) == nil)
            }
        }
    }

    @Test func `a step looks at no more than its limit and later steps go on from there`() async throws {
        try await withJournal { journal, _ in
            let ended = (0..<25).map { record(id($0), state: .sent, endedAt: start) }
            try await journal.write(ended.map { .accept($0) })
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
            try await journal.write([
                .accept(record(id(1), state: .failed, endedAt: start)),
                .accept(record(id(2), state: .sent, endedAt: start)),
                .accept(record(id(3, at: later), createdAt: later, state: .sent, endedAt: later)),
            ])
            while try await journal.sweep(Retention(), now: start + SweepTests.day * 7, limit: 2) {}
            #expect(try await journal.list(MessageFilter()).messages.map(\.id) == [id(3, at: later), id(1)])
            while try await journal.sweep(Retention(), now: start + SweepTests.day * 8, limit: 2) {}
            #expect(try await journal.list(MessageFilter()).messages.map(\.id) == [id(1)])
        }
    }
}
