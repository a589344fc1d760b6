internal import Foundation
internal import Timekeeping
internal import WeirPorts

/// The folder that holds the database, its write-ahead log and the lock file.
struct JournalFolder: Sendable {
    static let databaseName = "journal.sqlite"

    let path: String

    var databasePath: String { path + "/" + JournalFolder.databaseName }
    var lockPath: String { path + "/lock" }

    /// A folder that is only to be read, whether it is there or not.
    init(existing path: String) {
        self.path = path
    }

    var hasDatabase: Bool {
        FileManager.default.fileExists(atPath: databasePath)
    }

    /// Makes the folder when it is missing, for this user alone: messages name people.
    init(path: String) throws(JournalError) {
        self.path = path
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw .failed("\(path) is not a folder") }
        } else {
            do {
                let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
                try FileManager.default.createDirectory(
                    atPath: path,
                    withIntermediateDirectories: true,
                    attributes: attributes
                )
            } catch {
                let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
                throw self.error(code.map(Int32.init(clamping:)) ?? errno, "can't be made")
            }
        }
    }

    /// Makes the database file for this user alone, which its log inherits, and refuses a file that another program wrote.
    /// SQLite would switch a foreign database to write-ahead logging before anything of it could be looked at.
    func prepareFile(applicationID: UInt32) throws(JournalError) {
        let descriptor = unsafe open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw error(errno, "can't be written") }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 100)
        let count = unsafe header.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw error(errno, "can't be read") }
        guard count > 0 else { return }
        guard count == header.count, header.starts(with: "SQLite format 3\0".utf8) else {
            throw .corrupt("\(databasePath) is no database")
        }
        let found = header[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard found == applicationID || found == 0 else { throw .corrupt("\(databasePath) belongs to another program") }
    }

    /// Bytes of the write-ahead log, 0 where there is none.
    func logBytes() -> Int64 {
        var status = stat()
        return unsafe stat(databasePath + "-wal", &status) == 0 ? Int64(status.st_size) : 0
    }

    /// When the database or its log was written last, as the file system has it.
    func lastWrite() -> Timestamp? {
        ["", "-wal"].compactMap { ending in
            var status = stat()
            guard unsafe stat(databasePath + ending, &status) == 0 else { return nil }
            let time = status.st_mtim
            return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        }.max()
    }

    /// Bytes of the database and its log, bytes free on their file system, and all of its bytes; 0 for what can't be found out.
    func sizes() -> (used: Int64, free: Int64, all: Int64) {
        var used = logBytes()
        var status = stat()
        if unsafe stat(databasePath, &status) == 0 { used += Int64(status.st_size) }
        var system = statvfs()
        guard unsafe statvfs(path, &system) == 0 else { return (used, 0, 0) }
        let block = UInt64(system.f_frsize)
        func bytes(_ blocks: UInt64) -> Int64 {
            Int64(clamping: blocks.multipliedReportingOverflow(by: block).partialValue)
        }
        return (used, bytes(UInt64(system.f_bavail)), bytes(UInt64(system.f_blocks)))
    }

    /// What an error number says about the folder.
    func error(_ code: Int32, _ what: String) -> JournalError {
        JournalError(code, "the folder \(path) \(what)")
    }
}
