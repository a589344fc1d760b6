import Foundation
import Queueing
import TestSupport
import Testing
import Timekeeping
import WeirPorts

@testable import SQLiteJournal

/// What is erased leaves the files, and the audit trail has a bound.
@Suite struct ForgettingTests {
    /// Whether any file of the journal holds the text.
    private static func holds(_ text: String, _ folder: TemporaryFolder) throws -> Bool {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.journal)
        return try files.contains { file in
            let data = try Data(contentsOf: URL(fileURLWithPath: folder.journal + "/" + file))
            return data.range(of: Data(text.utf8)) != nil
        }
    }

    @Test(arguments: [20, 20_000]) func `the bytes of who is forgotten are in no file any more`(_ size: Int)
        async throws
    {
        try await withJournal { journal, folder in
            let (gone, kept) = ("o-gone-0123456789", "o-kept-0123456789")
            var ids: [JobID] = []
            for number in 0..<50 {
                var one = record(id(number), recipient: number % 2 == 0 ? gone : kept, state: .sent)
                let filling = String(repeating: "x", count: size)
                one.content.body = Array("{\"touser\":\"\(one.content.recipient)\",\"text\":\"\(filling)\"}".utf8)
                try await journal.write(writes(one))
                if number % 2 == 0 { ids.append(one.id) }
            }
            #expect(try Self.holds(gone, folder))
            let person = Person(app: "main", recipient: gone)
            let receipt = try await journal.write([.erase(Erasure(of: person, messages: ids))])
            #expect(receipt.erased == 25)
            #expect(try await journal.shred())
            #expect(try !Self.holds(gone, folder))
            #expect(try Self.holds(kept, folder))
        }
    }

    @Test func `what the sweep has removed is overwritten, too`() async throws {
        try await withJournal { journal, folder in
            try await journal.write(writes(record(id(1), recipient: "o-swept-0123456789", state: .sent)))
            while try await journal.sweep(Retention(), now: start + .seconds(8 * 86_400), limit: 10) {}
            #expect(try await journal.message(id(1)) == nil)
            #expect(try await journal.shred())
            #expect(try !Self.holds("o-swept", folder))
        }
    }

    @Test func `of the audit trail the newest are kept, so many`() async throws {
        try await withJournal { journal, _ in
            let entry = AuditEntry(at: start, who: "alice", role: "act", action: "pause", status: 200)
            let excess = 700
            for count in stride(from: 0, to: AuditEntry.mostKept + excess, by: 500) {
                let most = min(500, AuditEntry.mostKept + excess - count)
                try await journal.write(Array(repeating: .audit(entry), count: most))
            }
            while try await journal.sweep(Retention(), now: start, limit: 500) {}
            var (count, filter) = (0, AuditFilter(limit: 1_000))
            while true {
                let page = try await journal.audit(filter)
                count += page.entries.count
                guard let next = page.next else { break }
                filter.before = next
            }
            #expect(count == AuditEntry.mostKept)
        }
    }
}
