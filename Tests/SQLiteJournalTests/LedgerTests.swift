import Foundation
import Queueing
import TestSupport
import Testing
import Timekeeping
import WeirPorts
import WeirTesting

@testable import SQLiteJournal

/// Small named values beside the messages.
@Suite struct LedgerTests {
    private func entry(_ name: String, _ value: [UInt8], at time: Timestamp = start) throws -> LedgerEntry {
        try #require(LedgerEntry(name: name, value: value, at: time))
    }

    @Test func `an entry is there from its commit on, the last of a name counts, and it outlives the file's closing`()
        async throws
    {
        let folder = try TemporaryFolder()
        let journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        #expect(try journal.ledger() == [])
        let (first, second) = (try entry("b", [1]), try entry("a", [0, 255, 0], at: start + .seconds(1)))
        let (third, capital) = (try entry("b", [UInt8](repeating: 9, count: 4096)), try entry("B", [2]))
        try await journal.write([.remember(first), .remember(second)])
        #expect(try journal.ledger() == [second, first])
        try await journal.write([.remember(third), .remember(capital), .forget("none")])
        #expect(try journal.ledger() == [capital, second, third])
        await journal.close()
        #expect(throws: JournalError.closed) { try journal.ledger() }
        let again = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        #expect(try again.ledger() == [capital, second, third])
        try await again.write([.forget("a"), .forget("b"), .remember(first)])
        #expect(try again.ledger() == [capital, first])
        await again.close()
    }

    @Test func `whoever looks at the file at any time sees an entry and its message, or neither`() async throws {
        try await withJournal { journal, folder in
            try await journal.write([.accept(record(id(1))), .remember(try entry("count", [1]))])
            let reader = try Database(path: folder.journal + "/journal.sqlite", isReadOnly: true)
            let answers = Answers<Bool>()
            for number in 2...250 {
                let count = try entry("count", [UInt8(number)])
                journal.append([.accept(record(id(number))), .remember(count)]) { answers.add((try? $0.get()) != nil) }
            }
            var looks = 0
            while answers.all.count < 249 || looks == 0 {
                let (messages, count) = try reader.read { database in
                    (
                        try database.integer("SELECT count(*) FROM messages"),
                        try database.texts("SELECT hex(value) FROM ledger WHERE name = 'count'").first
                    )
                }
                #expect(count.flatMap { Int64($0, radix: 16) } == messages)
                looks += 1
            }
        }
    }

    @Test func `a commit that fails leaves nothing of an entry either`() async throws {
        let folder = try TemporaryFolder()
        let fresh = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        try await fresh.write([.remember(try entry("kept", [1])), .accept(record(id(1)))])
        await fresh.close()
        var configuration = SQLiteJournalConfiguration()
        // No page more than there are: a large body finds no room.
        configuration.maximumPages = 1
        let journal = try SQLiteJournal(
            path: folder.journal,
            configuration: configuration,
            timeSource: ManualTimeSource()
        )
        var large = record(id(2))
        large.content.body = [UInt8](repeating: 120, count: 200_000)
        let writes: [JournalWrite] = [.forget("kept"), .remember(try entry("new", [2])), .accept(large)]
        await #expect(throws: JournalError.self) { try await journal.write(writes) }
        #expect(try journal.ledger().map(\.name) == ["kept"])
        #expect(try await journal.message(id(2)) == nil)
        // A call about the ledger alone is refused meanwhile, as an accept is.
        await #expect(throws: JournalError.self) { try await journal.write([.forget("kept")]) }
        #expect(try journal.ledger().map(\.name) == ["kept"])
        await journal.close()
    }

    @Test func `a backup has the ledger, and the sweeper leaves it`() async throws {
        try await withJournal { journal, folder in
            let kept = try entry("kept", [1])
            try await journal.write([.remember(kept), .accept(record(id(1)))])
            while try await journal.sweep(Retention(), now: start + .seconds(86_400 * 400), limit: 500) {}
            _ = try JournalBackup(of: folder.journal, clock: ManualTimeSource()) { _ in }
                .copy(to: folder.path + "/copy.sqlite")
            try FileManager.default.createDirectory(
                atPath: folder.path + "/restored",
                withIntermediateDirectories: true
            )
            try FileManager.default.copyItem(
                atPath: folder.path + "/copy.sqlite",
                toPath: folder.path + "/restored/journal.sqlite"
            )
            let restored = try SQLiteJournal(path: folder.path + "/restored", timeSource: ManualTimeSource())
            #expect(try restored.ledger() == [kept])
            await restored.close()
        }
    }

    @Test func `a file from before there was a ledger gets an empty one`() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.journal, withIntermediateDirectories: true)
        try Database(path: folder.journal + "/journal.sqlite").execute(FirstSchema.sql)
        let journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        #expect(try journal.ledger() == [])
        try await journal.write([.remember(try entry("a", [1]))])
        #expect(try journal.ledger().count == 1)
        #expect(try journal.restored().count == 3)
        await journal.close()
    }

    @Test func `as many entries as a gateway keeps are read at once`() async throws {
        try await withJournal { journal, _ in
            let most = LedgerEntry.mostEntries
            for part in stride(from: 0, to: most, by: 8192) {
                try await journal.write(
                    try (part..<part + 8192).map { .remember(try entry("park/app\($0)/path", [1, 2, 3])) }
                )
            }
            #expect(try journal.ledger().count == most)
        }
    }
}
