internal import Foundation
internal import Timekeeping
public import WeirPorts

/// Copies a journal into one file while its gateway runs, by reading alone.
///
/// Messages are copied in order of their ids, some at a time, each with its body and attempts as they are at one moment of the copy.
/// Between two steps nothing is locked or read, so the gateway's write-ahead log is moved on as ever, and the copy ends however
/// much is written meanwhile: it holds every message that was accepted before it began. SQLite's own ways to copy hold the log for
/// as long as they take, or begin anew at each write.
public struct JournalBackup {
    /// What was copied.
    public struct Report: Equatable, Sendable {
        public var messages: Int
        /// The size of the copy.
        public var bytes: Int64
    }

    private let folder: JournalFolder
    private let clock: any TimeSource
    private let rest: (Duration) -> Void

    /// - Parameter folder: where the journal is; the gateway that uses it may run.
    public init(of folder: String) {
        self.init(of: folder, clock: SystemTimeSource()) { Thread.sleep(forTimeInterval: $0.inSeconds) }
    }

    /// - Parameter rest: is called between two steps, and returns after that duration.
    init(of folder: String, clock: any TimeSource, rest: @escaping (Duration) -> Void) {
        self.folder = JournalFolder(existing: folder)
        self.clock = clock
        self.rest = rest
    }

    /// Copies the journal to `path`, which must not be there yet, for this user alone. The name is given to the copy once it is
    /// whole and synced. Until then it is called `path` with `.partial` behind it, and it is no journal that a gateway would open.
    ///
    /// - Throws: `failed` where there is no journal or `path` can't be made or is there already, `full` where the copy finds no
    ///   room, `corrupt` for a file that is damaged or not Weir's. Nothing is left of the copy then.
    public func copy(to path: String) throws(JournalError) -> Report {
        guard folder.hasDatabase else { throw .failed("there is no journal in \(folder.path)") }
        let source = try JournalDatabase.openReader(folder)
        let file = try BackupFile(path)
        do {
            try source.read { try JournalDatabase.checkCopyable($0, folder) }
            let messages = try fill(file, from: source)
            let bytes = try file.publish()
            return Report(messages: messages, bytes: bytes)
        } catch {
            file.remove()
            throw journalError(error, path)
        }
    }

    private func journalError(_ error: any Error, _ path: String) -> JournalError {
        if let error = error as? JournalError { return error }
        let failure = SQLiteFailure(error)
        switch failure.journalError(in: folder.path) {
        case .full: return .full("no room for the copy \(path): \(failure.message)")
        case .failed: return .failed("the journal in \(folder.path) can't be copied to \(path): \(failure.message)")
        case let other: return other
        }
    }

    private func fill(_ file: BackupFile, from source: Database) throws -> Int {
        let target = try Database(path: file.partialPath)
        defer { target.close() }
        var copy = try BackupCopy(from: source, to: target)
        while true {
            let began = clock.now()
            let isDone = try copy.step()
            // What has gathered in memory would reach the disk at once later, when the gateway wants to sync.
            try file.sync()
            if isDone { return try copy.finish() }
            let took = clock.now() - began
            copy.took(took)
            rest(min(max(took, .milliseconds(1)), .milliseconds(250)))
        }
    }
}
