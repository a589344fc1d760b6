internal import Foundation
internal import WeirPorts

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
