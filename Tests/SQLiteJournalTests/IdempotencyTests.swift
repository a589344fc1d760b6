import SQLiteJournal
import Testing
import Timekeeping
import WeirPorts

@Suite struct IdempotencyTests {
    private static let key = IdempotencyKey(client: "orders", app: "main", key: "order-1")

    @Test(arguments: [
        (IdempotencyKey(client: "orders", app: "main", key: "order-1"), Duration.zero, true),
        (IdempotencyKey(client: "orders", app: "main", key: "order-1"), .seconds(86_399), true),
        (IdempotencyKey(client: "orders", app: "main", key: "order-1"), .seconds(86_400), false),
        (IdempotencyKey(client: "orders", app: "main", key: "order-2"), .zero, false),
        (IdempotencyKey(client: "billing", app: "main", key: "order-1"), .zero, false),
        (IdempotencyKey(client: "orders", app: "other", key: "order-1"), .zero, false),
    ])
    func `a key is known to its client and app for a day`(key: IdempotencyKey, later: Duration, isKnown: Bool)
        async throws
    {
        try await withJournal { journal, _ in
            try await journal.write([.accept(record(id(1), key: "order-1"))])
            let found = try await journal.idempotent(key, now: start + later)
            let expected = IdempotentMessage(id: id(1), digest: [UInt8](repeating: 7, count: 32))
            #expect(found == (isKnown ? expected : nil))
        }
    }

    @Test func `a key used again after a day stands for the newer message`() async throws {
        try await withJournal { journal, _ in
            let later = start + .seconds(90_000)
            try await journal.write([.accept(record(id(1), key: "order-1"))])
            try await journal.write([.accept(record(id(2, at: later), createdAt: later, key: "order-1"))])
            #expect(try await journal.idempotent(IdempotencyTests.key, now: later)?.id == id(2, at: later))
        }
    }
}
