import Queueing
import TestSupport
import Testing
import Timekeeping
import WeirPorts

@testable import SQLiteJournal

@Suite struct ListTests {
    /// A message every minute; what differs is spread so that every filter cuts through the others.
    private static let messages: [MessageRecord] = (0..<240).map { number in
        let time = start + .seconds(60 * Int64(number))
        return record(
            id(number, at: time),
            app: number % 3 == 0 ? "other" : "main",
            client: ["orders", "billing", ""][number % 5 % 3],
            recipient: number % 7 == 0 ? "" : "oUser\(number % 11)",
            createdAt: time,
            state: JobState.allCases[number % JobState.allCases.count]
        )
    }

    private static let filters: [MessageFilter] = [
        MessageFilter(),
        MessageFilter(client: "orders"),
        MessageFilter(client: ""),
        MessageFilter(client: "nobody"),
        MessageFilter(app: "other"),
        MessageFilter(client: "billing", app: "main"),
        MessageFilter(states: [.sent]),
        MessageFilter(states: [.dead]),
        MessageFilter(states: [.dead, .dead]),
        MessageFilter(states: [.pending, .sent, .failed, .delivered]),
        MessageFilter(states: JobState.allCases),
        MessageFilter(client: "orders", app: "main", states: [.unknown, .delivered]),
        MessageFilter(recipient: "oUser4"),
        MessageFilter(recipient: "nobody"),
        MessageFilter(recipient: ""),
        MessageFilter(client: "orders", states: [.sent, .dead], recipient: "oUser5"),
        MessageFilter(since: start + .seconds(60 * 200)),
        MessageFilter(states: [.failed], since: start + .seconds(60 * 30 + 1)),
        MessageFilter(recipient: "oUser1", since: start + .seconds(60 * 100)),
        MessageFilter(since: .distantFuture),
        MessageFilter(since: Timestamp(milliseconds: .min)),
        MessageFilter(client: "orders", states: [.sent, .expired], since: start + .seconds(60 * 50)),
    ]

    private func matches(_ message: MessageRecord, _ filter: MessageFilter) -> Bool {
        (filter.client == nil || message.client == filter.client)
            && (filter.app == nil || message.app == filter.app)
            && (filter.states.isEmpty || filter.states.contains(message.state))
            && (filter.recipient == nil || message.recipient == filter.recipient)
            && message.createdAt >= filter.since ?? Timestamp(milliseconds: .min)
    }

    @Test func `every filter gives what a plain search would, page by page, newest first`() async throws {
        try await withJournal { journal, _ in
            try await journal.write(ListTests.messages.flatMap(writes))
            for filter in ListTests.filters {
                for limit in [1, 7, 1_000] {
                    var filter = filter
                    filter.limit = limit
                    let expected = ListTests.messages.filter { matches($0, filter) }.map(\.id).reversed()
                    var found: [JobID] = []
                    var pages = 0
                    repeat {
                        let page = try await journal.list(filter)
                        #expect(page.messages.count <= limit)
                        found += page.messages.map(\.id)
                        filter.before = page.next
                        pages += 1
                    } while filter.before != nil
                    #expect(found == Array(expected), "\(filter)")
                    #expect(pages == max(1, (expected.count + limit - 1) / limit), "\(filter)")
                }
            }
        }
    }

    @Test func `a listing leaves out bodies and attempts`() async throws {
        try await withJournal { journal, _ in
            try await journal.write([.accept(record(id(1))), .start(id(1), number: 1, at: start, needsBody: false)])
            try await journal.write([
                .settle(id(1), attempt(1), Settlement(state: .sent, at: start, countedAttempts: 1))
            ])
            let message = try #require(try await journal.list(MessageFilter()).messages.first)
            #expect(message.body.isEmpty)
            #expect(message.attempts.isEmpty)
            #expect(message.traceparent == record(id(1)).traceparent)
        }
    }

    @Test(arguments: [(-5, 1), (0, 1), (5_000, 1_000)])
    func `the size of a page has bounds`(asked: Int, expected: Int) async throws {
        try await withJournal { journal, _ in
            try await journal.write((0..<1_100).map { .accept(record(id($0))) })
            let page = try await journal.list(MessageFilter(limit: asked))
            #expect(page.messages.count == expected)
            #expect(page.next == page.messages.last?.id)
        }
    }

    @Test func `a recipient's messages are found across segments, also when ids come out of order`() async throws {
        try await withJournal { journal, _ in
            var generator = SeededGenerator(seed: 4)
            var ids = Array(0..<5_000)
            for at in stride(from: 0, to: ids.count, by: 50) {
                ids[at..<at + 50].shuffle(using: &generator)
            }
            ids.swapAt(1, 4_990)
            for number in ids {
                journal.append([.accept(record(id(number), recipient: "oUser\(number % 10)"))]) { _ in }
            }
            try await journal.write([.accept(record(id(6_000), recipient: "last"))])
            var filter = MessageFilter(recipient: "oUser1", limit: 60)
            var found: [JobID] = []
            repeat {
                let page = try await journal.list(filter)
                found += page.messages.map(\.id)
                filter.before = page.next
            } while filter.before != nil
            #expect(found == (0..<5_000).filter { $0 % 10 == 1 }.reversed().map { id($0) })
        }
    }

    @Test func `no listing scans messages without an index, and none sorts what an index sorts`() async throws {
        let folder = try TemporaryFolder()
        let connection = try JournalDatabase.open(try JournalFolder(path: folder.journal), SQLiteJournalConfiguration())
        for var filter in ListTests.filters {
            for before in [nil, id(7)] {
                filter.before = before
                let plan = try plan(connection, ListQuery(filter).sql)
                let isUnfiltered = plan.contains { $0.hasPrefix("SEARCH messages USING INTEGER PRIMARY KEY") }
                #expect(!plan.contains { $0.hasPrefix("SCAN messages") }, "\(filter) \(plan)")
                // Without a filter that an index serves, the walk by id is the index.
                let mayWalk = filter.recipient ?? "" == "" && filter.client ?? "" == "" && filter.app == nil
                #expect(!isUnfiltered || mayWalk, "\(filter) \(plan)")
                #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(filter) \(plan)")
                if filter.recipient ?? "" != "" {
                    #expect(
                        plan.contains {
                            $0.hasPrefix(
                                "SEARCH messages USING INDEX messages_recipient (segment=? AND recipient_hash=?"
                            )
                        }
                    )
                }
            }
        }
    }

    @Test(arguments: [
        (JournalReader.restoreSQL, "messages_state"),
        (JournalReader.idempotentSQL, "messages_idempotency"),
        (JournalReader.newestAttemptSQL, "PRIMARY KEY"),
        (JournalReader.attemptsSQL, "PRIMARY KEY"),
        (ListQuery.segmentSQL, "messages_recipient"),
        (Sweeper.bodiesSQL, "INTEGER PRIMARY KEY"),
        (Sweeper.messagesSQL, "INTEGER PRIMARY KEY"),
        (WriteStatements.SQL.segment, "messages_recipient"),
        (WriteStatements.SQL.omitted, "PRIMARY KEY (message_id=? AND number>? AND number<?)"),
        (WriteStatements.SQL.deleteAttempt, "PRIMARY KEY (message_id=? AND number=?)"),
        (WriteStatements.SQL.newestSegment, "messages_recipient"),
        (DeliveryReader.oneSQL, "INTEGER PRIMARY KEY"), (DeliveryWriter.SQL.added, "INTEGER PRIMARY KEY"),
        (DeliveryWriter.SQL.tell, "INTEGER PRIMARY KEY"), (DeliveryWriter.SQL.sweep, "deliveries_kept"),
        (DeliveryWriter.SQL.shedDead, "deliveries_dead"),
    ])
    func `the journal's own queries use their indexes and sort nothing`(sql: String, index: String) throws {
        let folder = try TemporaryFolder()
        let connection = try JournalDatabase.open(try JournalFolder(path: folder.journal), SQLiteJournalConfiguration())
        let plan = try plan(connection, sql)
        #expect(plan.contains { $0.contains("SEARCH") && $0.contains(index) }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") }, "\(plan)")
    }

    private func plan(_ connection: Connection, _ sql: String) throws -> [String] {
        try connection.read { database in
            let row = try PreparedStatement(database, "EXPLAIN QUERY PLAN " + sql, isCached: false)
            var details: [String] = []
            while try row.step() { details.append(row.text(3)) }
            return details
        }
    }
}
