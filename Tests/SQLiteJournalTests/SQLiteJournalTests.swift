import Foundation
import Queueing
import SQLiteJournal
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@Suite struct SQLiteJournalTests {
    private func full() -> MessageRecord {
        MessageRecord(
            id: id(1),
            app: "主号",
            client: "orders",
            type: .miniProgram,
            priority: .urgent,
            retryClass: "consistent",
            createdAt: start,
            notBefore: start + .seconds(10),
            notAfter: start + .seconds(100),
            metadata: Array("{\"order\": 1}".utf8),
            recipient: "oRecipient",
            body: [0, 1, 255, 0],
            idempotency: IdempotencyMark(key: "order-1", digest: Array(0..<32)),
            traceparent: "4bf92f",
            state: .pending,
            countedAttempts: 3,
            firstAttemptAt: start + .seconds(1),
            nextAt: start + .seconds(2),
            endedAt: start + .seconds(3),
            msgid: .max,
            reason: "quota used up"
        )
    }

    @Test func `every field of a message survives closing and opening`() async throws {
        let folder = try TemporaryFolder()
        let journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        try await journal.write([.accept(full())])
        await journal.close()

        let again = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        #expect(parts(try await again.message(id(1))) == parts(full()))
        let expected = RestoredMessage(
            id: id(1),
            app: "主号",
            client: "orders",
            type: .miniProgram,
            priority: .urgent,
            retryClass: "consistent",
            createdAt: start,
            notBefore: start + .seconds(10),
            notAfter: start + .seconds(100),
            nextAt: start + .seconds(2),
            countedAttempts: 3,
            startedAttempts: 0,
            firstAttemptAt: start + .seconds(1),
            interruptedAt: nil
        )
        #expect(try again.restored() == [expected])
        await again.close()
    }

    @Test func `a message of empty fields stays one`() async throws {
        try await withJournal { journal, _ in
            let bare = MessageRecord(id: id(1), app: "main", type: .mass, createdAt: start, body: [])
            try await journal.write([.accept(bare)])
            #expect(parts(try await journal.message(id(1))) == parts(bare))
        }
    }

    @Test func `an unknown id is no message`() async throws {
        try await withJournal { journal, _ in
            let message = try await journal.message(id(1))
            #expect(message?.id == nil)
        }
    }

    @Test(arguments: [true, false])
    func `an accept and its start in one call or two leave a message in flight`(isOneCall: Bool) async throws {
        try await withJournal { journal, _ in
            let begin = JournalWrite.start(id(1), number: 1, at: start + .seconds(1), needsBody: true)
            let receipt: JournalReceipt
            if isOneCall {
                receipt = try await journal.write([.accept(record(id(1))), begin])
            } else {
                try await journal.write([.accept(record(id(1)))])
                receipt = try await journal.write([begin])
            }
            let stored = StoredBody(bytes: record(id(1)).body, traceparent: record(id(1)).traceparent)
            #expect(receipt.bodies == [id(1): stored])
            let restored = try journal.restored()
            #expect(restored.map(\.interruptedAt) == [start + .seconds(1)])
            #expect(restored.map(\.firstAttemptAt) == [start + .seconds(1)])
            #expect(restored.map(\.startedAttempts) == [1])
            #expect(try await journal.message(id(1))?.state == .sending)
        }
    }

    @Test func `a start brings the body only when asked to and when it is there`() async throws {
        try await withJournal { journal, _ in
            try await journal.write([.accept(record(id(1))), .accept(record(id(2)))])
            let receipt = try await journal.write([
                .start(id(1), number: 1, at: start, needsBody: false),
                .start(id(2), number: 1, at: start, needsBody: true),
                .start(id(3), number: 1, at: start, needsBody: true),
            ])
            let stored = StoredBody(bytes: record(id(2)).body, traceparent: record(id(2)).traceparent)
            #expect(receipt.bodies == [id(2): stored])
        }
    }

    @Test func `an attempt given back leaves no trace and its number is used again`() async throws {
        try await withJournal { journal, _ in
            try await journal.write([.accept(record(id(1))), .start(id(1), number: 1, at: start, needsBody: false)])
            let waiting = Settlement(state: .pending, at: start, nextAt: start + .seconds(5), countedAttempts: 0)
            try await journal.write([.conclude(id(1), waiting)])
            let restored = try #require(try journal.restored().first)
            #expect(restored.startedAttempts == 0)
            #expect(restored.firstAttemptAt == nil)
            #expect(restored.interruptedAt == nil)
            #expect(restored.nextAt == start + .seconds(5))
        }
    }

    @Test func `a settled message keeps its attempts and its end`() async throws {
        try await withJournal { journal, _ in
            let retry = Settlement(
                state: .pending,
                at: start,
                nextAt: start + .seconds(1),
                countedAttempts: 1,
                reason: "busy"
            )
            let sent = Settlement(state: .sent, at: start + .seconds(2), countedAttempts: 2, msgid: 42)
            try await journal.write([.accept(record(id(1))), .start(id(1), number: 1, at: start, needsBody: false)])
            try await journal.write([.settle(id(1), attempt(1, .transient), retry)])
            #expect(try await journal.message(id(1))?.reason == "busy")
            try await journal.write([.start(id(1), number: 2, at: start + .seconds(1), needsBody: false)])
            #expect(try await journal.message(id(1))?.reason == nil)
            try await journal.write([.settle(id(1), attempt(2, at: start + .seconds(1)), sent)])
            let message = try #require(try await journal.message(id(1)))
            #expect(message.state == .sent)
            #expect(message.endedAt == start + .seconds(2))
            #expect(message.msgid == 42)
            #expect(message.countedAttempts == 2)
            #expect(message.firstAttemptAt == start)
            #expect(message.attempts == [attempt(1, .transient), attempt(2, at: start + .seconds(1))])
            #expect(try journal.restored().isEmpty)
        }
    }

    @Test func `a redriven message waits again with its attempts kept`() async throws {
        try await withJournal { journal, _ in
            let dead = Settlement(state: .dead, at: start, countedAttempts: 1, reason: "used up")
            try await journal.write([.accept(record(id(1))), .start(id(1), number: 1, at: start, needsBody: false)])
            try await journal.write([.settle(id(1), attempt(1), dead), .redrive(id(1), at: start + .seconds(9))])
            let message = try #require(try await journal.message(id(1)))
            #expect(message.state == .pending)
            #expect(message.attempts == [attempt(1)])
            #expect(message.countedAttempts == 0)
            #expect(message.firstAttemptAt == nil)
            #expect(message.endedAt == nil)
            #expect(message.reason == nil)
            #expect(try journal.restored().map(\.startedAttempts) == [1])
        }
    }

    @Test func `restore hands over what has not ended, oldest first`() async throws {
        try await withJournal { journal, _ in
            for number in [5, 3, 1, 4, 2] { try await journal.write([.accept(record(id(number)))]) }
            try await journal.write([.start(id(4), number: 1, at: start, needsBody: false)])
            try await journal.write([.conclude(id(2), Settlement(state: .expired, at: start, countedAttempts: 0))])
            #expect(try journal.restored().map(\.id) == [id(1), id(3), id(4), id(5)])
        }
    }

    @Test func `the writes of one call share one fate`() async throws {
        try await withJournal { journal, _ in
            try await journal.write([.accept(record(id(1)))])
            await #expect(throws: JournalError.self) {
                try await journal.write([.accept(record(id(2))), .accept(record(id(1)))])
            }
            #expect(try await journal.message(id(2))?.id == nil)
            #expect(journal.status().failure == nil)
        }
    }

    @Test func `a call that can't be written takes none of its neighbours along`() async throws {
        try await withJournal { journal, _ in
            let answers = Answers<Bool>()
            try await journal.write([.accept(record(id(2)))])
            for number in 1...3 {
                journal.append([.accept(record(id(number)))]) { result in
                    answers.add((try? result.get()) != nil)
                }
            }
            #expect(await answers.wait(for: 3) == [true, false, true])
        }
    }

    @Test func `completions come in the order of the calls`() async throws {
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumBatch = 7
        try await withJournal(configuration) { journal, _ in
            let answers = Answers<Int>()
            for number in 0..<1_000 {
                journal.append([.accept(record(id(number)))]) { _ in answers.add(number) }
            }
            #expect(await answers.wait(for: 1_000) == Array(0..<1_000))
        }
    }

    @Test func `an empty call is a barrier: what was handed over before it is on disk when it is answered`()
        async throws
    {
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumBatch = 7
        try await withJournal(configuration) { journal, _ in
            let answers = Answers<Int>()
            for number in 0..<100 {
                journal.append([.accept(record(id(number)))]) { _ in answers.add(number) }
            }
            try await journal.write([])
            #expect(answers.all == Array(0..<100))
            #expect(try journal.restored().count == 100)
        }
    }

    @Test func `appends from many threads are all kept`() async throws {
        try await withJournal { journal, _ in
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for number in 0..<200 {
                            _ = try? await journal.write([.accept(record(id(worker * 1_000 + number)))])
                        }
                    }
                }
            }
            let restored = try journal.restored()
            #expect(restored.count == 1_600)
            let status = journal.status()
            #expect(status.writes == 1_600)
            #expect(status.commits <= 1_600)
            #expect(status.pendingWrites == 0)
            #expect(status.bytes > 0)
            #expect(status.freeBytes > 0)
        }
    }

    @Test func `closing answers everything first, and refuses what comes later`() async throws {
        try await withJournal { journal, _ in
            let answers = Answers<Bool>()
            for number in 0..<100 {
                journal.append([.accept(record(id(number)))]) { answers.add((try? $0.get()) != nil) }
            }
            await journal.close()
            #expect(answers.all == Array(repeating: true, count: 100))
            await #expect(throws: JournalError.closed) { try await journal.write([.accept(record(id(200)))]) }
            await #expect(throws: JournalError.closed) { _ = try await journal.message(id(1)) }
            #expect(throws: JournalError.closed) { try journal.restore { _ in } }
        }
    }
}
