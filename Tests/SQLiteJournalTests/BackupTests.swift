import Foundation
import Queueing
import TestSupport
import Testing
import Timekeeping
import WeirPorts

@testable import SQLiteJournal

@Suite struct BackupTests {
    private func backup(_ folder: TemporaryFolder, rest: @escaping (Duration) -> Void = { _ in }) -> JournalBackup {
        JournalBackup(of: folder.journal, clock: ManualTimeSource(), rest: rest)
    }

    private func copyOf(_ folder: TemporaryFolder) -> String { folder.path + "/copy.sqlite" }

    /// Opens a copy as an operator does who restores it.
    private func restore(_ copy: String, in folder: TemporaryFolder) throws -> SQLiteJournal {
        let path = folder.path + "/restored-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: copy, toPath: path + "/journal.sqlite")
        return try SQLiteJournal(path: path, timeSource: ManualTimeSource())
    }

    private func files(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func `a copy made under load ends, and has every message that was accepted before it, whole`() async throws {
        try await withJournal { journal, folder in
            for part in 0..<10 {
                try await journal.write(
                    (0..<500).map { .accept(record(id(part * 500 + $0), recipient: "oUser\($0 % 9)", key: "k\($0)")) }
                )
            }
            let later = start + .seconds(1)
            var steps = 0
            var largestLog: Int64 = 0
            let report = try backup(folder) { _ in
                // What another connection writes between two steps is what would make SQLite's own way begin anew.
                let number = steps * 20
                let sent = Settlement(state: .sent, at: later, countedAttempts: 1)
                var writes = (0..<20).map { JournalWrite.accept(record(id(number + $0, at: later))) }
                for target in [id(number), id(4_999 - number)] {
                    writes += [
                        .start(target, number: 1, at: later, needsBody: false),
                        .settle(target, attempt(1, at: later), sent),
                    ]
                }
                let isWritten = DispatchSemaphore(value: 0)
                journal.append(writes) { _ in isWritten.signal() }
                isWritten.wait()
                steps += 1
                largestLog = max(largestLog, JournalFolder(existing: folder.journal).logBytes())
            }.copy(to: copyOf(folder))
            #expect(steps > 3)
            #expect(largestLog < 64 << 20)
            #expect(report.messages >= 5_000)
            #expect(try FileManager.default.attributesOfItem(atPath: copyOf(folder))[.size] as? Int64 == report.bytes)

            let restored = try restore(copyOf(folder), in: folder)
            for number in 0..<5_000 {
                let message = try #require(try await restored.message(id(number)))
                #expect(!message.body.isEmpty)
                // As it was at one moment: its end and its attempt are there together or not at all.
                #expect((message.state == .sent) == (message.attempts.count == 1))
            }
            let key = IdempotencyKey(client: "orders", app: "main", key: "k7")
            #expect(try await restored.idempotent(key, now: start) != nil)
            #expect(try await restored.list(MessageFilter(recipient: "oUser1")).messages.count == 50)
            try await restored.write([.accept(record(id(1, at: start + .seconds(9))))])
            await restored.close()
        }
    }

    @Test func `a copy is sound, for this user alone, and is left alone by a second one`() async throws {
        try await withJournal { journal, folder in
            try await journal.write((0..<700).map { .accept(record(id($0))) })
            let report = try backup(folder).copy(to: copyOf(folder))
            #expect(report.messages == 700)
            #expect(try files(folder) == ["copy.sqlite", "journal"])
            let mode = try FileManager.default.attributesOfItem(atPath: copyOf(folder))[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try Database(path: copyOf(folder)).texts("PRAGMA integrity_check") == ["ok"])
            let content = try Data(contentsOf: URL(fileURLWithPath: copyOf(folder)))
            #expect(throws: JournalError.failed("\(copyOf(folder)) is there already")) {
                try backup(folder).copy(to: copyOf(folder))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: copyOf(folder))) == content)
        }
    }

    @Test func `a journal that no gateway uses is copied too, also an empty one`() async throws {
        let folder = try TemporaryFolder()
        let journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        await journal.close()
        #expect(try backup(folder).copy(to: copyOf(folder)).messages == 0)
        let restored = try restore(copyOf(folder), in: folder)
        #expect(try restored.restored().isEmpty)
        await restored.close()
    }

    @Test func `what is not a journal, or no place for a copy, is refused with the reason and leaves nothing`()
        async throws
    {
        let folder = try TemporaryFolder()
        #expect(throws: JournalError.failed("there is no journal in \(folder.journal)")) {
            try backup(folder).copy(to: copyOf(folder))
        }
        #expect(try files(folder).isEmpty)
        let journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        let error = #expect(throws: JournalError.self) {
            try backup(folder).copy(to: folder.path + "/missing/copy.sqlite")
        }
        #expect(error?.message.contains("No such file") == true)
        await journal.close()
        try Database(path: folder.journal + "/journal.sqlite").execute("PRAGMA application_id = 77")
        let refusal = #expect(throws: JournalError.self) { try backup(folder).copy(to: copyOf(folder)) }
        guard case .corrupt = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(try files(folder) == ["journal"])
    }

    @Test func `a full disk ends the copy with a clear error and without a rest`() async throws {
        guard let mount = Mount(size: "1m") else { return }
        try await withJournal { journal, folder in
            var message = record(id(1))
            message.content.body = [UInt8](repeating: 120, count: 200_000)
            for number in 1...20 {
                message.message.id = id(number)
                try await journal.write([.accept(message)])
            }
            let error = #expect(throws: JournalError.self) {
                _ = try backup(folder).copy(to: mount.path + "/copy.sqlite")
            }
            guard case .full(let text) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(text.contains(mount.path))
            #expect(try FileManager.default.contentsOfDirectory(atPath: mount.path).isEmpty)
            try await journal.write([.accept(record(id(99)))])
        }
    }

    @Test func `half a copy has another name and is no journal; the next one takes its place`() async throws {
        try await withJournal { journal, folder in
            try await journal.write((0..<1_000).map { .accept(record(id($0))) })
            var halves: [JournalError?] = []
            let killed = folder.path + "/killed"
            _ = try backup(folder) { _ in
                // What a process that is killed now leaves.
                try? FileManager.default.removeItem(atPath: killed)
                try? FileManager.default.copyItem(atPath: copyOf(folder) + ".partial", toPath: killed)
                #expect(!FileManager.default.fileExists(atPath: copyOf(folder)))
                do throws(JournalError) {
                    _ = try JournalBackup(of: folder.journal).copy(to: copyOf(folder))
                    halves.append(nil)
                } catch {
                    halves.append(error)
                }
            }.copy(to: copyOf(folder))
            // A second copy to the same name can't begin while the first is at it.
            #expect(
                !halves.isEmpty
                    && halves.allSatisfy { $0 == .locked("another copy to \(copyOf(folder)) is being made") }
            )
            let refusal = #expect(throws: JournalError.self) { try restore(killed, in: folder) }
            guard case .corrupt = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }

            let second = folder.path + "/second.sqlite"
            try FileManager.default.moveItem(atPath: killed, toPath: second + ".partial")
            #expect(try backup(folder).copy(to: second).messages == 1_000)
            #expect(try files(folder).filter { $0.hasSuffix(".partial") }.isEmpty)
        }
    }
}
