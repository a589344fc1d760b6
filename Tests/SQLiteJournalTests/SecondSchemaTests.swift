import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import SQLiteJournal

/// A journal that a gateway of schema 2 left when it was killed: Tests/Fixtures/journal-schema-2.sql.
@Suite struct SecondSchemaTests {
    private static let killed = Timestamp(milliseconds: 1_795_938_414_153)
    private static let old = OldJournal(name: "journal-schema-2.sql", killed: killed)
    /// What waits in it, oldest first.
    private static let waiting = [
        "o-redriven", "o-retried", "o-doubtful", "o-in-flight", "o-custom", "o-waiting", "o-scheduled",
    ]
    private static let ended: [String: JobState] = [
        "o-sent": .sent, "o-unfollowed": .failed, "o-dead": .dead, "o-cancelled": .cancelled, "o-expired": .expired,
    ]

    @Test func `what waits in it comes back as it was`() async throws {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        let restored = try journal.restored()
        var messages: [MessageRecord] = []
        for message in restored { messages.append(try #require(try await journal.message(message.id))) }
        #expect(messages.map(\.recipient) == Self.waiting)
        #expect(messages.map(\.priority) == [.normal, .high, .normal, .normal, .normal, .normal, .low])
        #expect(messages.map(\.type) == [.template, .template, .template, .template, .custom, .template, .template])
        #expect(restored.map(\.progress.startedAttempts) == [1, 2, 2, 1, 1, 0, 0])
        #expect(restored.map(\.progress.countedAttempts) == [0, 2, 2, 0, 0, 0, 0])
        #expect(restored.map(\.progress.isAmbiguous) == [false, false, true, false, false, false, false])
        #expect(
            restored.map { $0.progress.attemptAt != nil }
                == Self.waiting.map { ["o-in-flight", "o-custom"].contains($0) }
        )
        #expect(restored.map { $0.progress.firstAttemptAt != nil } == [false, true, true, true, true, false, false])
        #expect(messages.map(\.attempts.count) == [1, 2, 2, 0, 0, 0, 0])
        #expect(restored.last?.message.notBefore == Timestamp(milliseconds: 1_795_938_422_000))
        #expect(messages[1].nextAt == Timestamp(milliseconds: 1_795_938_423_069))
        #expect(messages[1].attempts.map(\.next?.cost) == [.paid, .paid])
        #expect(messages[1].metadata == Array(#"{"订单": "7"}"#.utf8))
        await journal.close()
    }

    @Test func `what has ended in it, and its keys, are known`() async throws {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        for (recipient, state) in Self.ended {
            let message = try await OldJournal.message(to: recipient, in: journal)
            #expect(message.state == state, "\(recipient)")
            #expect(message.endedAt != nil, "\(recipient)")
        }
        #expect(try await OldJournal.message(to: "o-sent", in: journal).msgid == 3_557_254_367_693_750_001)
        for (key, recipient) in [("order-1-shipped", "o-sent"), ("order-8-shipped", "o-waiting")] {
            let key = IdempotencyKey(client: "", app: "main", key: key)
            let found = try await journal.idempotent(key, now: Self.killed)
            #expect(try await OldJournal.message(to: recipient, in: journal).id == found?.id)
        }
        await journal.close()
    }

    @Test func `each message that waits in it is sent once, with its own body, and waits no more`() async throws {
        let folder = try TemporaryFolder()
        var journal = try Self.old.open(in: folder)
        for restored in try journal.restored() {
            let number = restored.progress.startedAttempts + (restored.progress.attemptAt == nil ? 1 : 0)
            let receipt = try await journal.write([
                .start(restored.id, number: number, at: Self.killed, needsBody: true)
            ])
            let body = String(decoding: receipt.bodies[restored.id]?.bytes ?? [], as: UTF8.self)
            let recipient = try #require(try await journal.message(restored.id)).recipient
            #expect(body.hasPrefix(#"{"touser": "\#(recipient)""#), "\(body)")
            #expect(body.unicodeScalars.contains { $0.value > 0x4E00 }, "\(body)")
            let sent = Settlement(
                state: .sent,
                at: Self.killed,
                countedAttempts: restored.progress.countedAttempts,
                msgid: 1
            )
            try await journal.write([.settle(restored.id, attempt(number, at: Self.killed), sent)])
        }
        await journal.close()
        // Opening it once more migrates nothing and finds nothing to do.
        journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource(timestamp: Self.killed))
        #expect(try journal.restored() == [])
        for recipient in Self.waiting {
            let message = try await OldJournal.message(to: recipient, in: journal)
            #expect(message.state == .sent, "\(recipient)")
            #expect(message.attempts.count { $0.outcome == .accepted } == 1, "\(recipient)")
        }
        await journal.close()
    }

    @Test func `what was sent before the file knew receipts awaits none, and what is sent from now on does`()
        async throws
    {
        let folder = try TemporaryFolder()
        let journal = try Self.old.open(in: folder)
        func receipt(_ msgid: Int64, to recipient: String) -> JournalWrite {
            .receive(
                ReceivedReceipt(
                    app: "main",
                    types: [.template],
                    msgid: msgid,
                    recipient: recipient,
                    receipt: MessageReceipt(.delivered, at: Self.killed),
                    digest: msgid,
                    receivedAt: Self.killed
                )
            )
        }
        let old = try await journal.write([receipt(3_557_254_367_693_750_001, to: "o-sent")])
        #expect(old.receipts.map(\.result) == [.kept])
        let waiting = try await OldJournal.message(to: "o-waiting", in: journal)
        var sent = Settlement(state: .sent, at: Self.killed, countedAttempts: 1, msgid: 42)
        sent.awaitsReceipt = true
        try await journal.write([
            .start(waiting.id, number: 1, at: Self.killed, needsBody: false),
            .settle(waiting.id, attempt(1, at: Self.killed), sent), receipt(42, to: "o-waiting"),
        ])
        #expect(try await OldJournal.message(to: "o-waiting", in: journal).state == .delivered)
        let turn = ReceiptTurn(now: Self.killed + .seconds(60), missingBefore: ["main": Self.killed])
        #expect(try await journal.write([.match(turn)]).receipts == [])
        #expect(try await OldJournal.message(to: "o-sent", in: journal).state == .sent)
        await journal.close()
    }
}
