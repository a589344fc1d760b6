import Foundation
import TestSupport
import Testing
import WeirPorts

@testable import SQLiteJournal

@Suite struct OpeningTests {
    private func open(_ path: String) throws(JournalError) -> SQLiteJournal {
        try SQLiteJournal(path: path, timeSource: ManualTimeSource())
    }

    /// The kind of error that opening ends in, and its text.
    private func refusal(_ path: String) -> JournalError? {
        do {
            _ = try open(path)
            return nil
        } catch {
            return error
        }
    }

    /// Makes a journal with one message, closes it and hands over the path of its database.
    private func database(in folder: TemporaryFolder, messages: Int = 1) async throws -> String {
        let journal = try open(folder.journal)
        try await journal.write((0..<messages).map { .accept(record(id($0))) })
        await journal.close()
        return folder.journal + "/journal.sqlite"
    }

    @Test func `the folder and its files are for this user alone`() async throws {
        try await withJournal { _, folder in
            let modes = try ["", "/journal.sqlite", "/journal.sqlite-wal", "/lock"].map { file in
                try FileManager.default.attributesOfItem(atPath: folder.journal + file)[.posixPermissions] as? Int
            }
            #expect(modes == [0o700, 0o600, 0o600, 0o600])
        }
    }

    @Test func `a folder that is in use is refused, with its name, until it is let go`() async throws {
        let folder = try TemporaryFolder()
        let first = try open(folder.journal)
        guard case .locked(let text) = refusal(folder.journal) else {
            Issue.record("it was opened twice")
            return
        }
        #expect(text.contains(folder.journal))
        await first.close()
        #expect(refusal(folder.journal) == nil)
    }

    @Test func `a path that is a file is refused`() throws {
        let folder = try TemporaryFolder()
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.journal))
        #expect(refusal(folder.journal) == .failed("\(folder.journal) is not a folder"))
    }

    @Test(arguments: ["not a database", String(repeating: "x", count: 10_000)])
    func `a file that is no database is refused and left alone`(content: String) async throws {
        let folder = try TemporaryFolder()
        let file = URL(fileURLWithPath: try await database(in: folder))
        try Data(content.utf8).write(to: file)
        #expect(refusal(folder.journal) == .corrupt("\(file.path) is no database"))
        #expect(try Data(contentsOf: file) == Data(content.utf8))
    }

    @Test(arguments: [0, 77])
    func `another program's database is refused and keeps its journal mode`(applicationID: Int) throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.journal, withIntermediateDirectories: true)
        let path = folder.journal + "/journal.sqlite"
        try Database(path: path)
            .execute("PRAGMA application_id = \(applicationID); CREATE TABLE pictures (id INTEGER)")
        #expect(refusal(folder.journal) == .corrupt("\(path) belongs to another program"))
    }

    @Test func `a file of a later version is refused`() async throws {
        let folder = try TemporaryFolder()
        try Database(path: try await database(in: folder))
            .execute("INSERT INTO grdb_migrations (identifier) VALUES ('999')")
        guard case .failed(let text) = refusal(folder.journal) else {
            Issue.record("it was opened")
            return
        }
        #expect(text.contains("newer Weir"))
    }

    @Test func `damage is said to be damage`() async throws {
        let folder = try TemporaryFolder()
        let path = try await database(in: folder, messages: 500)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        let size = try file.seekToEnd()
        // All but the first page and the schema's: whichever pages the messages are on.
        try file.seek(toOffset: 4096 * 4)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4096 * 4))
        try file.close()
        let error = #expect(throws: JournalError.self) {
            _ = try open(folder.journal).restored()
        }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a folder that can't be written is read-only`() throws {
        let folder = try TemporaryFolder()
        guard let path = try ReadOnlyFolder.make(in: folder) else { return }
        defer { ReadOnlyFolder.release(path) }
        for target in [path, path + "/below"] {
            guard case .readOnly(let text) = refusal(target) else {
                Issue.record("\(String(describing: refusal(target)))")
                continue
            }
            #expect(text.contains(target))
        }
    }
}
