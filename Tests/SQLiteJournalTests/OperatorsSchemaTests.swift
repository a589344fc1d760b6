import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import SQLiteJournal

/// A journal that a gateway of before the audit trail left when it was killed: Tests/Fixtures/journal-schema-deliveries-told.sql.
@Suite struct OperatorsSchemaTests {
    private static let killed = Timestamp(milliseconds: 1_796_141_529_745)
    private static let old = OldJournal(name: "journal-schema-deliveries-told.sql", killed: killed)

    @Test func `what is in it reads as it was, and no operator has done anything`() async throws {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        let states: [(String, JobState)] = [
            ("o-sent", .sent), ("o-unfollowed", .failed), ("o-dead", .dead), ("o-waiting", .pending),
        ]
        for (recipient, state) in states {
            #expect(try await OldJournal.message(to: recipient, in: journal).state == state, "\(recipient)")
        }
        #expect(try journal.ledger().map(\.name) == ["pause/main"])
        var waiting: [String] = []
        try journal.deliveries { waiting.append($0.destination.stored) }
        #expect(waiting == ["client/orders"])
        #expect(try await journal.audit(AuditFilter()) == AuditPage(entries: []))
        await journal.close()
    }

    @Test func `it goes on: messages are found anew, a person can be forgotten, and what is done is kept`() async throws
    {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        var filter = MessageFilter(states: [.dead])
        (filter.errcode, filter.search) = (-1, MessageSearch(template: "T2", text: "订单"))
        let dead = try await OldJournal.message(to: "o-dead", in: journal)
        #expect(try await journal.list(filter).messages.map(\.id) == [dead.id])
        #expect(try await journal.tally(filter).counts.values.reduce(0, +) == 1)
        let sent = try await OldJournal.message(to: "o-sent", in: journal)
        #expect(try await journal.traces(of: Person(app: "main", recipient: "o-sent")).untold == [sent.id])
        let person = Person(app: "main", recipient: "o-dead")
        let entry = AuditEntry(at: Self.killed, who: "alice", role: "act", action: "forget", status: 200)
        let receipt = try await journal.append([
            .erase(Erasure(of: person, messages: [dead.id, sent.id])), .audit(entry),
        ])
        #expect(receipt.erased == 1)
        await journal.close()
        // Opening it once more migrates nothing.
        let again = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource(timestamp: Self.killed))
        #expect(try await again.audit(AuditFilter()).entries == [entry])
        #expect(try await again.message(dead.id) == nil)
        await again.close()
    }
}
