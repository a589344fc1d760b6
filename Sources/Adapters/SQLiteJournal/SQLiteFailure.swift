internal import CSQLite
internal import Foundation
internal import WeirPorts

/// What SQLite answered, before it is known what that means for the journal.
struct SQLiteFailure: Error {
    /// The extended result code.
    var code: Int32
    var message: String

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: any Error) {
        self = error as? SQLiteFailure ?? SQLiteFailure(code: SQLITE_ERROR, message: "\(error)")
    }

    private var primary: Int32 { code & 0xFF }

    /// Whether the same write would fail on a healthy disk too, so that it must not be tried for ever.
    var isTheWritesFault: Bool {
        switch primary {
        case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE, SQLITE_MISUSE: true
        default: false
        }
    }

    /// As the port says it, naming the folder.
    func journalError(in folder: String) -> JournalError {
        switch primary {
        case SQLITE_FULL: .full("no room for the journal in \(folder): \(message)")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            .readOnly("the journal in \(folder) can't be written: \(message)")
        case SQLITE_NOTADB: .corrupt("\(folder)/\(JournalFolder.databaseName) is no database: \(message)")
        case SQLITE_CORRUPT: .corrupt("the journal in \(folder) is damaged: \(message)")
        case SQLITE_BUSY, SQLITE_LOCKED: .locked("the journal in \(folder) is in use by another process: \(message)")
        default: .failed("the journal in \(folder) failed: \(message) (SQLite \(code))")
        }
    }
}

extension JournalError {
    /// What an error number of the operating system's says about `what`.
    init(_ code: Int32, _ what: String) {
        let detail = unsafe "\(what): \(String(cString: strerror(code)))"
        switch code {
        case EACCES, EPERM, EROFS: self = .readOnly(detail)
        case ENOSPC, EDQUOT: self = .full(detail)
        default: self = .failed(detail)
        }
    }
}
