import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import SQLiteJournal

/// A journal that a gateway of before the deliveries left when it was killed: Tests/Fixtures/journal-schema-suppressions.sql.
@Suite struct SuppressionsSchemaTests {
    private static let killed = Timestamp(milliseconds: 1_796_128_223_339)
    private static let old = OldJournal(name: "journal-schema-suppressions.sql", killed: killed)

    @Test func `what is in it reads as it was, and nobody is to be told of it`() async throws {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        let states: [(String, JobState, MessageReceipt.State?)] = [
            ("o-delivered", .delivered, .delivered), ("o-blocked", .failed, .blocked), ("o-sent", .sent, nil),
            ("o-custom", .sent, nil), ("o-unfollowed", .failed, nil), ("o-scheduled", .pending, nil),
            ("o-waiting", .pending, nil),
        ]
        for (recipient, state, receipt) in states {
            let message = try await OldJournal.message(to: recipient, in: journal)
            #expect(message.state == state && message.receipt?.state == receipt, "\(recipient)")
            #expect(message.callbackURL == "", "\(recipient)")
        }
        #expect(try journal.restored().count == 2)
        #expect(try journal.ledger().map(\.name) == ["pause/main"])
        var suppressed: [String] = []
        try journal.suppressions { suppressed.append($0.recipient) }
        #expect(suppressed == ["o-blocked", "o-unfollowed"])
        try journal.deliveries { _ in Issue.record("a delivery") }
        await journal.close()
    }

    @Test func `it goes on: old messages end untold, new ones with an address are told, and events are kept`()
        async throws
    {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        let old = try await OldJournal.message(to: "o-waiting", in: journal).id
        let end = Settlement(state: .cancelled, at: Self.killed, countedAttempts: 0)
        let new = Message(
            id: JobID(rawValue: old.rawValue + 1),
            app: "main",
            client: "orders",
            type: .template,
            createdAt: Self.killed
        )
        let content = MessageContent(body: Array("{}".utf8), callbackURL: "https://orders.internal/")
        let event = Delivery(
            destination: DeliveryDestination(.subscriber, "crm"),
            app: "main",
            body: Array("{}".utf8),
            digest: 1,
            createdAt: Self.killed
        )
        let answer = try await journal.append([
            .conclude(old, end), .accept(new, content), .conclude(new.id, end), .deliver(event),
        ])
        #expect(answer.deliveries == 2)
        await journal.close()
        // Opening it once more migrates nothing.
        let again = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource(timestamp: Self.killed))
        var waiting: [String] = []
        try again.deliveries { waiting.append($0.destination.stored) }
        #expect(waiting == ["client/orders", "subscriber/crm"])
        #expect(try await again.message(new.id)?.callbackURL == "https://orders.internal/")
        await again.close()
    }

    @Test func `a process that opens the file knows of addresses that another left there`() async throws {
        let folder = try TemporaryFolder()
        let id = JobID(rawValue: 7)
        let message = Message(id: id, app: "main", client: "orders", type: .template, createdAt: Self.killed)
        let content = MessageContent(body: Array("{}".utf8), callbackURL: "https://orders.internal/")
        let journal = try SQLiteJournal(path: folder.journal)
        try await journal.append([.accept(message, content)])
        await journal.close()
        let again = try SQLiteJournal(path: folder.journal)
        let end = Settlement(state: .expired, at: Self.killed, countedAttempts: 0)
        #expect(try await again.append([.conclude(id, end)]).deliveries == 1)
        await again.close()
    }
}
