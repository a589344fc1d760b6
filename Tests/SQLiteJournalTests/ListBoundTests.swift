import Foundation
import Queueing
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeirPorts
import WeirTesting

@testable import SQLiteJournal

@Suite struct ListBoundTests {
    /// All pages of a listing: what they hold, and how many there are.
    private func pages(_ journal: SQLiteJournal, _ filter: MessageFilter) async throws -> [[JobID]] {
        var filter = filter
        var pages: [[JobID]] = []
        repeat {
            let page = try await journal.list(filter)
            pages.append(page.messages.map(\.id))
            if let next = page.next, let before = filter.before { #expect(next < before) }
            filter.before = page.next
        } while filter.before != nil
        return pages
    }

    @Test(arguments: [
        MessageFilter(states: [.delivered]), MessageFilter(app: "main", states: [.delivered]),
        MessageFilter(client: "orders", states: [.sent, .delivered], recipient: ""),
        MessageFilter(client: "", states: [.delivered]), MessageFilter(since: start + .seconds(1)),
        MessageFilter(client: "billing", states: [.pending]),
    ])
    func `a page looks at a bounded number of messages, and the next one goes on from there`(filter: MessageFilter)
        async throws
    {
        var configuration = SQLiteJournalConfiguration()
        configuration.listedRows = 100
        try await withJournal(configuration) { journal, _ in
            try await journal.write(
                (0..<1_000).flatMap { writes(record(id($0), state: $0 % 3 == 0 ? .pending : .sent, endedAt: start)) }
            )
            // What is looked for is the oldest there is.
            var wanted = record(id(0, at: start + .seconds(-1)), app: "main", client: filter.client ?? "orders")
            wanted.content.recipient = filter.recipient ?? "oRecipient"
            wanted.progress.state = filter.states.last ?? .pending
            wanted.message.createdAt = start + .seconds(2)
            try await journal.write(writes(wanted))
            let pages = try await pages(journal, filter)
            #expect(pages.flatMap { $0 } == [wanted.id])
            #expect(pages.count >= 4)
            #expect(pages.count <= 12)
        }
    }

    @Test func `a page of a recipient's messages looks into a bounded number of segments`() async throws {
        var configuration = SQLiteJournalConfiguration()
        configuration.listedRows = 20
        try await withJournal(configuration) { journal, _ in
            for part in 0..<10 {
                try await journal.write((0..<1_024).map { .accept(record(id(part * 1_024 + $0), recipient: "oMany")) })
            }
            try await journal.write([.accept(record(id(0, at: start + .seconds(-1)), recipient: "oRare"))])
            let pages = try await pages(journal, MessageFilter(recipient: "oRare"))
            #expect(pages.flatMap { $0 } == [id(0, at: start + .seconds(-1))])
            #expect(pages.count >= 4)
        }
    }

    @Test func `a page ends when its time is over, and each comes further than the last`() async throws {
        let clock = TickingTimeSource(step: .milliseconds(100))
        try await withJournal(timeSource: clock) { journal, _ in
            try await journal.write((0..<1_000).flatMap { writes(record(id($0), state: .sent, endedAt: start)) })
            let pages = try await pages(journal, MessageFilter(states: [.delivered]))
            // A glance at the clock each 64 rows, and three of them are 250 ms.
            #expect((5...10).contains(pages.count))
        }
    }

    /// A clock that stops those who look at it next.
    private final class StoppingTimeSource: TimeSource {
        private let stops = Mutex(0)
        private let gate = DispatchSemaphore(value: 0)
        let stopped = Answers<Int>()

        func stop(next count: Int) {
            stops.withLock { $0 = count }
        }

        func letGo() {
            for _ in stopped.all { gate.signal() }
        }

        func now() -> Instant {
            let stops = stops.withLock { stops in
                defer { stops = max(0, stops - 1) }
                return stops > 0
            }
            if stops {
                stopped.add(1)
                gate.wait()
            }
            return .zero
        }

        func timestamp() -> Timestamp { start }
        func sleep(until deadline: Instant) async throws {}
    }

    @Test
    func `while every listing hangs, messages are accepted and found by id and by key; surplus listings are refused`()
        async throws
    {
        let clock = StoppingTimeSource()
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumListsWaiting = 0
        try await withJournal(configuration, timeSource: clock) { journal, _ in
            try await journal.write([.accept(record(id(1), key: "k"))])
            clock.stop(next: 2)
            let listings = ["a", "b"].map { client in
                Task { try? await journal.list(MessageFilter(client: client)) }
            }
            _ = await clock.stopped.wait(for: 2)
            let error = await #expect(throws: JournalError.self) {
                _ = try await journal.list(MessageFilter(client: "c"))
            }
            guard case .busy = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            let key = IdempotencyKey(client: "orders", app: "main", key: "k")
            for number in 2..<100 {
                try await journal.write([.accept(record(id(number)))])
                #expect(try await journal.message(id(number))?.id == id(number))
                #expect(try await journal.idempotent(key, now: start)?.id == id(1))
            }
            clock.letGo()
            for listing in listings { #expect(await listing.value != nil) }
        }
    }

    @Test func `an operator who looks for a client's messages takes no turn of the client's, and waits for none`()
        async throws
    {
        let clock = StoppingTimeSource()
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumListsWaiting = 0
        try await withJournal(configuration, timeSource: clock) { journal, _ in
            try await journal.write([.accept(record(id(1)))])
            var operators = MessageFilter(client: "orders")
            operators.isOperators = true
            for (first, second) in [
                (MessageFilter(client: "orders"), operators), (operators, MessageFilter(client: "orders")),
            ] {
                let before = clock.stopped.all.count
                clock.stop(next: 1)
                let listing = Task { try? await journal.list(first) }
                _ = await clock.stopped.wait(for: before + 1)
                #expect(try await journal.list(second).messages.map(\.id) == [id(1)])
                clock.letGo()
                #expect(await listing.value?.messages.count == 1)
            }
        }
    }

    @Test func `the write-ahead log stays small while listings follow one another without a gap`() async throws {
        var configuration = SQLiteJournalConfiguration()
        configuration.checkpointPages = 250
        try await withJournal(configuration, timeSource: SystemTimeSource()) { journal, folder in
            try await journal.write((0..<20_000).flatMap { writes(record(id($0), state: .sent, endedAt: start)) })
            let isDone = Flag()
            let largest = await withTaskGroup(of: Void.self, returning: Int64.self) { group in
                for client in [nil, "orders", "billing", ""] {
                    group.addTask {
                        var filter = MessageFilter(client: client, states: [.delivered])
                        while !isDone.isSet {
                            filter.before = (try? await journal.list(filter))?.next
                        }
                    }
                }
                var largest: Int64 = 0
                for number in 0..<600 {
                    var message = record(id(number, at: start + .seconds(1)))
                    message.content.body = [UInt8](repeating: 120, count: 60_000)
                    _ = try? await journal.write([.accept(message)])
                    largest = max(largest, JournalFolder(existing: folder.journal).logBytes())
                }
                isDone.set()
                return largest
            }
            // 36 MB were written; the log is moved on at 1 MB, cut to 2 MB, and alarming at 2.5 MB.
            #expect(largest < 12 << 20)
        }
    }
}
