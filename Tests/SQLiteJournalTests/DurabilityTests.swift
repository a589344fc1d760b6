import Foundation
import GRDB
import TestSupport
import Testing
import Weir

@testable import SQLiteJournal

@Suite struct DurabilityTests {
    @Test func `the writer syncs each commit`() async throws {
        try await withJournal { _, folder in
            let journalFolder = try JournalFolder(path: folder.path + "/second")
            let pool = try JournalDatabase.open(journalFolder, SQLiteJournalConfiguration())
            let pragmas = try pool.writeWithoutTransaction { database in
                try ["journal_mode", "synchronous", "application_id"].map {
                    try String.fetchOne(database, sql: "PRAGMA \($0)")
                }
            }
            #expect(pragmas == ["wal", "2", "\(Schema.applicationID)"])
            try pool.close()
        }
    }

    @Test(arguments: ["OFF", "NORMAL"])
    func `a connection that syncs less is refused`(synchronous: String) throws {
        let folder = try TemporaryFolder()
        let journalFolder = try JournalFolder(path: folder.journal)
        let pool = try JournalDatabase.open(journalFolder, SQLiteJournalConfiguration())
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
            do {
                try JournalDatabase.checkDurability(database, journalFolder)
                Issue.record("it was taken")
            } catch JournalError.notDurable(let text) {
                #expect(text.contains(folder.journal))
            }
        }
        try pool.close()
    }

    @Test func `each commit syncs its log before it is answered`() async throws {
        try await withJournal { journal, folder in
            try await journal.write([.accept(record(id(0)))])
            let log = folder.journal + "/journal.sqlite-wal"
            guard let counter = SyncCounter(file: log, in: folder) else { return }
            for number in 1...20 { try await journal.write([.accept(record(id(number)))]) }
            let syncs = try counter.stop()
            #expect(syncs == 20)
        }
    }
}
