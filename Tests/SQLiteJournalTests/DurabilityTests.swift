import Foundation
import TestSupport
import Testing
import WeirPorts

@testable import SQLiteJournal

@Suite struct DurabilityTests {
    @Test func `the writer syncs each commit`() async throws {
        try await withJournal { _, folder in
            let journalFolder = try JournalFolder(path: folder.path + "/second")
            let connection = try JournalDatabase.open(journalFolder, SQLiteJournalConfiguration())
            let pragmas = try connection.access { database in
                try ["journal_mode", "synchronous", "application_id"].flatMap { try database.texts("PRAGMA \($0)") }
            }
            #expect(pragmas == ["wal", "2", "\(Schema.applicationID)"])
        }
    }

    @Test(arguments: ["OFF", "NORMAL"])
    func `a connection that syncs less is refused`(synchronous: String) throws {
        let folder = try TemporaryFolder()
        let journalFolder = try JournalFolder(path: folder.journal)
        let connection = try JournalDatabase.open(journalFolder, SQLiteJournalConfiguration())
        try connection.access { database in
            try database.execute("PRAGMA synchronous = \(synchronous)")
            do {
                try JournalDatabase.checkDurability(database, journalFolder)
                Issue.record("it was taken")
            } catch JournalError.notDurable(let text) {
                #expect(text.contains(folder.journal))
            }
        }
    }

    @Test func `each commit is in the log before it is answered`() async throws {
        try await withJournal { journal, folder in
            let log = folder.journal + "/journal.sqlite-wal"
            var last = 0
            for number in 0..<5 {
                try await journal.write([.accept(record(id(number)))])
                let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
                #expect(size > last)
                last = size
            }
        }
    }
}
