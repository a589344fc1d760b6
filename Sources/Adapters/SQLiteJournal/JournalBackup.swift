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
        /// Messages that the copy holds.
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

/// The file that a copy grows in: under another name until it is whole.
final class BackupFile {
    private let path: String
    let partialPath: String
    private let descriptor: Int32

    /// Makes the file, or takes over what a copy that was killed has left.
    init(_ path: String) throws(JournalError) {
        self.path = path
        partialPath = path + ".partial"
        guard !BackupFile.isThere(path) else { throw .failed("\(path) is there already") }
        descriptor = unsafe open(partialPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw error(errno, "can't be made") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isStillPartial() else {
            throw .locked("another copy to \(path) is being made")
        }
        guard fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0 else {
            throw error(errno, "can't be written")
        }
    }

    deinit {
        close(descriptor)
    }

    func sync() throws(JournalError) {
        guard fdatasync(descriptor) == 0 else { throw error(errno, "can't be synced") }
    }

    /// Syncs the file and gives it its name, unless that is taken by now.
    ///
    /// - Returns: Its size.
    func publish() throws(JournalError) -> Int64 {
        var status = stat()
        guard fsync(descriptor) == 0, unsafe fstat(descriptor, &status) == 0 else {
            throw error(errno, "can't be synced")
        }
        // A link never replaces a file; some file systems have none.
        if unsafe link(partialPath, path) == 0 {
            remove()
        } else {
            let code = errno
            guard code != EEXIST, !BackupFile.isThere(path) else { throw .failed("\(path) is there already") }
            guard unsafe rename(partialPath, path) == 0 else { throw error(errno, "can't be given its name") }
        }
        try syncFolder()
        return Int64(status.st_size)
    }

    func remove() {
        unsafe unlink(partialPath)
    }

    /// Without this the name might be gone after a power cut.
    private func syncFolder() throws(JournalError) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = unsafe open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error(errno, "can't be synced") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw error(errno, "can't be synced") }
    }

    /// A copy that ended just before may have given this file its final name.
    private func isStillPartial() -> Bool {
        var (own, named) = (stat(), stat())
        return unsafe fstat(descriptor, &own) == 0 && lstat(partialPath, &named) == 0 && own.st_ino == named.st_ino
    }

    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    private func error(_ code: Int32, _ what: String) -> JournalError {
        JournalError(code, "the copy \(path) \(what)")
    }
}

/// The rows of a journal on their way into a copy, a range of message ids a step.
struct BackupCopy {
    private let source: Database
    private let target: Database
    /// Ids up to this one have been copied.
    private var position = Int64.min
    /// The newest message when the copy began.
    private let last: Int64
    private var messages = 0
    /// Messages that the next step copies.
    private var size = 200

    /// By the column that has the message's id.
    private static let ranged = [("messages", "id"), ("bodies", "message_id"), ("attempts", "message_id")]

    /// Copied last: no end of a message is here that is not told of in there.
    private static let last = "deliveries"

    /// Makes the tables, and copies those that aren't about messages.
    init(from source: Database, to target: Database) throws {
        self.source = source
        self.target = target
        // It is thrown away whole when anything fails, and synced before it counts.
        try target.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; BEGIN")
        last = try source.read { source in
            for sql in try source.texts(BackupCopy.schemaSQL) { try target.execute(sql) }
            for table in try source.texts(BackupCopy.tablesSQL) {
                guard !BackupCopy.ranged.contains(where: { $0.0 == table }), table != BackupCopy.last else { continue }
                _ = try BackupCopy.copy(try PreparedStatement(source, "SELECT * FROM \(table)"), to: target, table)
            }
            return try source.integer("SELECT max(id) FROM messages") ?? .min
        }
        try target.execute("COMMIT")
    }

    private static let schemaSQL = """
        SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY type DESC, rowid
        """
    private static let tablesSQL = """
        SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        """
    static let endSQL = """
        SELECT max(id) FROM (SELECT id FROM messages WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3)
        """

    /// Copies the next messages, all as they are at one moment.
    ///
    /// - Returns: Whether those were the last.
    mutating func step() throws -> Bool {
        try target.execute("BEGIN")
        let (end, count) = try source.read { [position, last, size, target] source in
            let row = try PreparedStatement(source, BackupCopy.endSQL)
            for (index, value) in [position, last, Int64(size)].enumerated() { row.bind(value, at: Int32(index + 1)) }
            defer { row.reset() }
            guard try row.step(), let end = row.optionalInteger(0) else { return (last, 0) }
            var counts: [Int] = []
            for (table, key) in BackupCopy.ranged {
                let sql = "SELECT * FROM \(table) WHERE \(key) > ?1 AND \(key) <= ?2 ORDER BY \(key)"
                let rows = try PreparedStatement(source, sql)
                rows.bind(position, at: 1)
                rows.bind(end, at: 2)
                counts.append(try BackupCopy.copy(rows, to: target, table))
            }
            return (end, counts[0])
        }
        try target.execute("COMMIT")
        position = end
        messages += count
        guard position >= last else { return false }
        try copyDeliveries()
        return true
    }

    private func copyDeliveries() throws {
        var (position, count) = (Int64.min, 0)
        repeat {
            try target.execute("BEGIN")
            (position, count) = try source.read { [position, target] source in
                let place = try PreparedStatement(source, BackupCopy.deliveriesEndSQL)
                place.bind(position, at: 1)
                defer { place.reset() }
                guard try place.step(), let end = place.optionalInteger(0) else { return (position, 0) }
                let rows = try PreparedStatement(source, "SELECT * FROM deliveries WHERE place > ?1 AND place <= ?2")
                rows.bind(position, at: 1)
                rows.bind(end, at: 2)
                return (end, try BackupCopy.copy(rows, to: target, BackupCopy.last))
            }
            try target.execute("COMMIT")
        } while count > 0
    }

    private static let deliveriesEndSQL = """
        SELECT max(place) FROM (SELECT place FROM deliveries WHERE place > ?1 ORDER BY place LIMIT 200)
        """

    /// Fits the next step to how long this one took: nobody is to be held up for longer than a few hundredths of a second.
    mutating func took(_ duration: Duration) {
        if duration > .milliseconds(40) { size = max(1, size / 2) }
        if duration < .milliseconds(15) { size = min(2_000, size * 2) }
    }

    /// Marks the copy as a journal, which a part of one isn't.
    ///
    /// - Returns: How many messages it has.
    func finish() throws -> Int {
        try target.execute("PRAGMA application_id = \(Schema.applicationID)")
        return messages
    }

    /// - Returns: How many rows there were.
    private static func copy(
        _ rows: PreparedStatement,
        to target: Database,
        _ table: String
    ) throws(SQLiteFailure) -> Int {
        let columns = rows.columnCount
        let marks = (1...max(1, columns)).map { "?\($0)" }.joined(separator: ", ")
        let insert = try PreparedStatement(target, "INSERT INTO \(table) VALUES (\(marks))")
        defer { rows.reset() }
        var count = 0
        while try rows.step() {
            for column in 0..<columns { insert.bind(columnOf: rows, column) }
            try insert.run()
            count += 1
        }
        return count
    }
}
