import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import SQLiteJournal

/// A journal that a gateway of before `collapse_key` left when it was killed: Tests/Fixtures/journal-schema-deliveries.sql.
@Suite struct DeliveriesSchemaTests {
    private static let killed = Timestamp(milliseconds: 1_796_140_154_644)
    private static let old = OldJournal(name: "journal-schema-deliveries.sql", killed: killed)

    @Test func `what is in it reads as it was, and nothing of it has a key`() async throws {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        let states: [(String, JobState)] = [
            ("o-sent", .sent), ("o-unfollowed-1", .failed), ("o-scheduled", .pending), ("o-waiting", .pending),
        ]
        for (recipient, state) in states {
            let message = try await OldJournal.message(to: recipient, in: journal)
            #expect(message.state == state && message.collapse == nil && message.collapsedInto == nil, "\(recipient)")
            #expect(message.collapseKey == "", "\(recipient)")
        }
        #expect(
            try await OldJournal.message(to: "o-waiting", in: journal).callbackURL == "http://127.0.0.1:9/ended?order=2"
        )
        #expect(try journal.restored().count == 2)
        #expect(try journal.ledger().map(\.name) == ["pause/main"])
        var told: [String] = []
        try journal.deliveries { told.append($0.destination.stored) }
        #expect(told == ["client/orders"])
        await journal.close()
    }

    @Test func `it goes on: what waits in it may be collapsed`() async throws {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        let old = try await OldJournal.message(to: "o-waiting", in: journal).id
        let mark = CollapseMark(0..<16)
        let new = Message(
            id: JobID(rawValue: old.rawValue + 1),
            app: "main",
            client: "orders",
            type: .template,
            createdAt: Self.killed,
            collapse: mark
        )
        let content = MessageContent(body: Array("{}".utf8), collapseKey: "order-2")
        let answer = try await journal.append([.accept(new, content), .collapse(old, into: new.id, at: Self.killed)])
        #expect(answer.deliveries == 1)
        await journal.close()
        // Opening it once more migrates nothing.
        let again = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource(timestamp: Self.killed))
        #expect(try await again.message(old)?.collapsedInto == new.id)
        #expect(try await again.message(new.id)?.collapse == mark)
        await again.close()
    }
}
