import Foundation
import Queueing
import TestSupport
import Testing
import Timekeeping
import WeirPorts
import WeirTesting

@testable import SQLiteJournal

@Suite struct FullDiskTests {
    private let clock = ManualTimeSource()

    /// A journal whose disk can be filled and emptied: a small file system with a ballast file.
    private struct SmallDisk {
        let mount: Mount
        let journal: SQLiteJournal
        private var ballast: String { mount.path + "/ballast" }

        init?(_ clock: ManualTimeSource) throws {
            guard let mount = Mount(size: "8m") else { return nil }
            self.mount = mount
            journal = try SQLiteJournal(path: mount.path + "/journal", timeSource: clock)
        }

        func fill() throws {
            try Data().write(to: URL(fileURLWithPath: ballast))
            let file = try #require(FileHandle(forWritingAtPath: ballast))
            for size in [65_536, 4_096, 1] {
                while (try? file.write(contentsOf: Data(count: size))) != nil {}
            }
            try? file.close()
        }

        func empty() throws {
            try FileManager.default.removeItem(atPath: ballast)
        }

        /// Accepts until the disk refuses; the log may have a little room left in pages that it has already.
        func acceptUntilRefused(from first: Int) async throws -> (accepted: [JobID], error: JournalError?) {
            var accepted: [JobID] = []
            for number in first..<first + 10_000 {
                do throws(JournalError) {
                    try await journal.write([.accept(record(id(number)))])
                    accepted.append(id(number))
                } catch {
                    return (accepted, error)
                }
            }
            return (accepted, nil)
        }
    }

    @Test func `a full disk fails accepts, keeps settles, and mends itself`() async throws {
        guard let disk = try SmallDisk(clock) else { return }
        let journal = disk.journal
        try await journal.write([.accept(record(id(1))), .start(id(1), number: 1, at: start, needsBody: false)])
        try disk.fill()
        let (accepted, error) = try await disk.acceptUntilRefused(from: 100)
        guard let error, case .full = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(journal.status().failure == error)
        #expect(journal.status().errors == 1)
        await #expect(throws: error) { try await journal.write([.accept(record(id(2)))]) }

        let order = Answers<String>()
        let sent = Settlement(state: .sent, at: start, countedAttempts: 1, msgid: 9)
        journal.append([.settle(id(1), attempt(1), sent)]) { order.add("settled \((try? $0.get()) != nil)") }
        await #expect(throws: error) { try await journal.write([.redrive(id(1), at: start)]) }
        // A barrier has nothing to keep: it is told at once, and promises nothing of what is kept.
        await #expect(throws: error) { try await journal.write([]) }
        #expect(order.all.isEmpty)
        #expect(journal.status().pendingWrites == 1)

        await clock.waitForSleepers()
        clock.advance(by: .seconds(1))
        await clock.waitForSleepers()  // the probe failed and another is due
        #expect(order.all.isEmpty)

        try disk.empty()
        clock.advance(by: .seconds(1))
        #expect(await order.wait(for: 1) == ["settled true"])
        #expect(try await journal.message(id(1))?.state == .sent)
        try await journal.write([.accept(record(id(3)))])
        #expect(journal.status().failure == nil)
        #expect(journal.status().pendingWrites == 0)
        #expect(try journal.restored().map(\.id) == [id(3)] + accepted)
        await journal.close()
    }

    @Test func `what was kept for a disk that stays full is answered at the close`() async throws {
        guard let disk = try SmallDisk(clock) else { return }
        let journal = disk.journal
        try await journal.write([.accept(record(id(1))), .start(id(1), number: 1, at: start, needsBody: false)])
        try disk.fill()
        _ = try await disk.acceptUntilRefused(from: 100)
        let answers = Answers<JournalError?>()
        // Large enough not to fit into what the log has left.
        let sent = Settlement(
            state: .sent,
            at: start,
            countedAttempts: 1,
            reason: String(repeating: "x", count: 1 << 20)
        )
        journal.append([.settle(id(1), attempt(1), sent)]) { result in
            if case .failure(let error) = result { answers.add(error) } else { answers.add(nil) }
        }
        await journal.close()
        guard case .full = answers.all.first ?? nil else {
            Issue.record("\(answers.all)")
            return
        }
    }

    @Test func `a database at its largest size fails the whole commit and goes on once there is room`() async throws {
        var configuration = SQLiteJournalConfiguration()
        configuration.maximumPages = 60
        try await withJournal(configuration, timeSource: clock) { journal, _ in
            var accepted: [JobID] = []
            var failure: JournalError?
            while failure == nil {
                let numbers = [accepted.count, accepted.count + 1]
                do throws(JournalError) {
                    try await journal.write(numbers.map { .accept(record(id($0))) })
                    accepted += numbers.map { id($0) }
                } catch {
                    failure = error
                }
            }
            guard case .full = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(try journal.restored().map(\.id) == accepted)
            await clock.waitForSleepers()
            clock.advance(by: .seconds(1))
            // A small write needs no new page, so the probe succeeds; ending a message needs none either.
            let end = Settlement(state: .cancelled, at: start, countedAttempts: 0)
            try await journal.write([.conclude(accepted[0], end)])
            #expect(journal.status().failure == nil)
        }
    }
}
