import Foundation
import Synchronization
import TestSupport
import Timekeeping
import WeirPorts
import WeirTesting

@testable import SQLiteJournal

/// A folder of a `SQLiteJournal` and the journal that is open on it.
final class SQLiteStorage: JournalStorage {
    private struct State {
        var journal: SQLiteJournal?
        /// Counts kills: each leaves a copy of the folder as it was.
        var life = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let folder: TemporaryFolder
    private let configuration: SQLiteJournalConfiguration
    private let clock = ManualTimeSource()
    private let state = Mutex(State())

    init(_ configuration: SQLiteJournalConfiguration = SQLiteJournalConfiguration()) throws {
        self.configuration = configuration
        folder = try TemporaryFolder()
    }

    private var path: String { folder.journal + "\(state.withLock { $0.life })" }

    func open() async throws -> any Journal {
        let journal = try SQLiteJournal(path: path, configuration: configuration, timeSource: clock)
        journal.onCommit { [weak self] report in
            if report.failure == nil { self?.hasCommitted() }
        }
        state.withLock { $0.journal = journal }
        return journal
    }

    func close() async {
        await state.withLock { $0.journal.take() }?.close()
    }

    /// What a killed process leaves is what is in its files.
    func kill() async throws {
        let left = path
        state.withLock { $0.life += 1 }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for name in ["journal.sqlite", "journal.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: "\(left)/\(name)", toPath: "\(path)/\(name)")
        }
        try execute(SQLiteStorage.mend)
        await close()
    }

    func breakDisk() async throws {
        try execute(SQLiteStorage.break)
    }

    func mendDisk() async throws {
        try execute(SQLiteStorage.mend)
        guard state.withLock({ $0.journal?.status().failure }) != nil else { return }
        await clock.waitForSleepers()
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiting.append(continuation) }
            clock.advance(by: configuration.probeInterval)
        }
    }

    private func hasCommitted() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    // MARK: - A disk that takes nothing

    private static let tables = [
        "messages", "bodies", "attempts", "ledger", "probes", "suppressions", "deliveries", "audit",
    ]

    /// Triggers that overflow: each statement then fails as it does for a broken file, not as one that can't be written.
    private static let `break` = tables.flatMap { table in
        ["INSERT", "UPDATE", "DELETE"].map { event in
            """
            CREATE TRIGGER \(table)_\(event) BEFORE \(event) ON \(table)
            BEGIN SELECT abs(-9223372036854775807 - 1); END;
            """
        }
    }.joined(separator: "\n")

    private static let mend = tables.flatMap { table in
        ["INSERT", "UPDATE", "DELETE"].map { "DROP TRIGGER IF EXISTS \(table)_\($0);" }
    }.joined(separator: "\n")

    private func execute(_ sql: String) throws {
        try Database(path: path + "/journal.sqlite").execute(sql)
    }
}
