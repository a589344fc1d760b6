import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import SQLiteJournal

/// A journal that a gateway of before the suppressions left when it was killed: Tests/Fixtures/journal-schema-receipts.sql.
@Suite struct ReceiptsSchemaTests {
    private static let killed = Timestamp(milliseconds: 1_796_096_894_300)
    private static let old = OldJournal(name: "journal-schema-receipts.sql", killed: killed)

    @Test func `what is in it reads as it was, and nobody is suppressed`() async throws {
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
        }
        #expect(try await OldJournal.message(to: "o-delivered", in: journal).contradictions.map(\.state) == [.blocked])
        #expect(try journal.restored().count == 2)
        #expect(try journal.ledger().map(\.name) == ["pause/main"])
        try journal.suppressions { _ in Issue.record("a suppression") }
        await journal.close()
    }

    @Test func `it goes on: receipts find their messages, and suppressions are kept`() async throws {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        let suppression = Suppression(
            app: "main",
            recipient: "o-sent",
            reach: .everything,
            errcode: nil,
            since: Self.killed,
            until: Self.killed + .seconds(60)
        )
        let msgid = try await OldJournal.message(to: "o-sent", in: journal).msgid
        let receipt = ReceivedReceipt(
            app: "main",
            types: [.template],
            msgid: msgid,
            recipient: "o-sent",
            receipt: MessageReceipt(.blocked, at: Self.killed),
            digest: 1,
            receivedAt: Self.killed,
            suppression: suppression
        )
        let answer = try await journal.append([.receive(receipt)])
        #expect(answer.suppressions == [.made(suppression)])
        await journal.close()
        // Opening it once more migrates nothing.
        let again = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource(timestamp: Self.killed))
        #expect(try await OldJournal.message(to: "o-sent", in: again).state == .failed)
        var kept: [Suppression] = []
        try again.suppressions { kept.append($0) }
        #expect(kept == [suppression])
        await again.close()
    }
}
