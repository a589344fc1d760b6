import Foundation
import TestSupport
import Testing
import Timekeeping
import WeirPorts

@testable import SQLiteJournal

/// A journal that a gateway of an earlier schema left when it was killed.
struct OldJournal {
    /// Of a file in Tests/Fixtures.
    let name: String
    let killed: Timestamp

    /// Opens a copy of it, which migrates it.
    func open(in folder: TemporaryFolder) throws -> SQLiteJournal {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let sql = try String(contentsOf: fixtures.appendingPathComponent("Fixtures/\(name)"), encoding: .utf8)
        try FileManager.default.createDirectory(atPath: folder.journal, withIntermediateDirectories: true)
        try Database(path: folder.journal + "/journal.sqlite").execute(sql)
        return try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource(timestamp: killed))
    }

    /// The only message to a recipient.
    static func message(to recipient: String, in journal: SQLiteJournal) async throws -> MessageRecord {
        let found = try await journal.list(MessageFilter(recipient: recipient)).messages
        #expect(found.count == 1, "\(recipient)")
        let id = try #require(found.first).id
        return try #require(try await journal.message(id))
    }
}
