import Foundation
import TestSupport
import Testing
import Timekeeping
import WeirPorts

@testable import SQLiteJournal

/// What a journal knows of the process that had it before.
@Suite struct LastEndTests {
    private let folder: TemporaryFolder
    private let time = ManualTimeSource()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open() throws(JournalError) -> SQLiteJournal {
        try SQLiteJournal(path: folder.journal, timeSource: time)
    }

    /// The folder as a process leaves it that is killed now.
    private func crash(_ journal: SQLiteJournal) throws -> TemporaryFolder {
        let left = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: folder.journal, toPath: left.journal)
        return left
    }

    @Test func `a first start knows of none, and a close is known with its time`() async throws {
        let first = try open()
        #expect(first.lastEnd == .none)
        time.advance(by: .seconds(100))
        let closedAt = time.timestamp()
        await first.close()
        time.advance(by: .seconds(50))
        let second = try open()
        #expect(second.lastEnd == .clean(at: closedAt))
        await second.close()
    }

    @Test func `an end without a close is known, with when something was written last`() async throws {
        let first = try open()
        try await first.write([.accept(record(id(1)))])
        let left = try crash(first)
        let before = Date().timeIntervalSince1970
        let second = try SQLiteJournal(path: left.journal, timeSource: time)
        guard case .unclean(let lastWrite?) = second.lastEnd else {
            Issue.record("\(second.lastEnd)")
            return
        }
        // The journal's clock is a test's, which runs ahead of the file system's; the later of the two counts.
        #expect(lastWrite >= start && Double(lastWrite.milliseconds) / 1000 >= min(before - 60, 0))
        await second.close()
        await first.close()
    }

    @Test func `a start that fails leaves what was known`() async throws {
        await (try open()).close()
        let database = folder.journal + "/journal.sqlite"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: database))
        try Data("no database at all".utf8).write(to: URL(fileURLWithPath: database))
        #expect(throws: JournalError.self) { try open() }
        try bytes.write(to: URL(fileURLWithPath: database))
        let journal = try open()
        guard case .clean = journal.lastEnd else {
            Issue.record("\(journal.lastEnd)")
            return
        }
        await journal.close()
    }

    @Test(arguments: ["", "nonsense", "open", "closed soon", "weir 7\n", "open 99999999999999999999999"])
    func `a lock file that says nothing is no word of a crash`(_ text: String) async throws {
        await (try open()).close()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.journal + "/lock"))
        let journal = try open()
        #expect(journal.lastEnd == .unknown)
        await journal.close()
    }

    @Test func `a shell that looks into the files of a process that was killed hides nothing`() async throws {
        let first = try open()
        try await first.write([.accept(record(id(1)))])
        let left = try crash(first)
        // Who opens the database and closes it clears the log away.
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        shell.arguments = [
            "python3", "-c",
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('select count(*) from messages').fetchall(); c.close()",
            left.journal + "/journal.sqlite",
        ]
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        #expect(!FileManager.default.fileExists(atPath: left.journal + "/journal.sqlite-wal"))
        let second = try SQLiteJournal(path: left.journal, timeSource: time)
        guard case .unclean = second.lastEnd else {
            Issue.record("\(second.lastEnd)")
            return
        }
        await second.close()
        await first.close()
    }
}
