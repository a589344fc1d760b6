import Queueing
import TestSupport
import Testing
import Timekeeping
import WeirPorts

@testable import SQLiteJournal

/// Numbers that nobody writes, but a disk, a tool or a bug may.
@Suite struct DamagedRowTests {
    private static let extremes: [Int64] = [
        .min, .min + 1, -(1 << 32), -1, 0, 1 << 16, 1 << 31, 1 << 32, 1 << 53, .max - 1, .max,
    ]

    private static let columns = [
        "messages.state", "messages.attempts", "messages.attempt_at", "messages.counted_attempts",
        "messages.first_attempt_at", "messages.next_at", "messages.ended_at", "messages.msgid", "messages.priority",
        "messages.created_at", "messages.not_before", "messages.not_after", "messages.segment",
        "messages.recipient_hash", "messages.idempotency_hash", "attempts.number", "attempts.started_at",
        "attempts.duration", "attempts.errcode", "attempts.next_at",
    ]

    /// Whatever an operation says of the damage; it must not end the process.
    private func tryOut(_ body: () async throws -> Void) async -> JournalError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? JournalError
        }
    }

    @Test(arguments: columns)
    func `an extreme number in a stored row is a value or an error that names the message, never a trap`(
        column: String
    ) async throws {
        let parts = column.split(separator: ".").map(String.init)
        for value in DamagedRowTests.extremes {
            let folder = try TemporaryFolder()
            var journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
            let waiting = Settlement(state: .pending, at: start, nextAt: start, countedAttempts: 1)
            try await journal.write([
                .accept(record(id(1), key: "k")), .start(id(1), number: 1, at: start, needsBody: false),
                .settle(id(1), attempt(1), waiting),
            ])
            await journal.close()
            let file = try Database(path: folder.journal + "/journal.sqlite")
            try file.execute("UPDATE \(parts[0]) SET \(parts[1]) = \(value)")
            file.close()

            journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
            let key = IdempotencyKey(client: "orders", app: "main", key: "k")
            let settled = attempt(.max, at: Timestamp(milliseconds: value))
            let errors = [
                await tryOut { _ = try await journal.message(id(1)) },
                await tryOut { _ = try journal.restored() },
                await tryOut { _ = try await journal.list(MessageFilter()) },
                await tryOut { _ = try await journal.list(MessageFilter(recipient: "oRecipient", since: start)) },
                await tryOut { _ = try await journal.idempotent(key, now: Timestamp(milliseconds: value)) },
                await tryOut { while try await journal.sweep(Retention(), now: start, limit: 10) {} },
                await tryOut { try await journal.write([.conclude(id(1), waiting)]) },
                await tryOut { try await journal.write([.start(id(1), number: .max, at: start, needsBody: true)]) },
                await tryOut { try await journal.write([.conclude(id(1), waiting)]) },
                await tryOut { try await journal.write([.settle(id(1), settled, waiting)]) },
                await tryOut { _ = try await journal.message(id(1)) },
            ]
            for error in errors.prefix(6).compactMap({ $0 }) {
                guard case .corrupt(let text) = error else {
                    Issue.record("\(column) = \(value): \(error)")
                    continue
                }
                #expect(text.contains(id(1).description))
            }
            await journal.close()
        }
    }

    @Test(arguments: [("attempts", Int64.max), ("attempts", -1), ("counted_attempts", 1 << 40), ("priority", 77)])
    func `a count that nobody can have counted is damage`(column: String, value: Int64) async throws {
        try await withJournal { journal, folder in
            try await journal.write([.accept(record(id(1)))])
            try Database(path: folder.journal + "/journal.sqlite").execute("UPDATE messages SET \(column) = \(value)")
            let error = #expect(throws: JournalError.self) { _ = try journal.restored() }
            guard case .corrupt(let text) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(text.contains("\(id(1))") && text.contains(column))
        }
    }

    @Test(arguments: [
        "rate_limited=9223372036854775807", "rate_limited=-1", "rate_limited=99999999999999999999", "=", ",,,", "=1,=",
    ])
    func `extreme waits are read without a trap`(text: String) {
        for wait in StoredWaits.waits(text) { #expect(wait.duration >= .zero) }
        _ = StoredWaits.cost("deferred=9223372036854775807")
    }
}
