internal import Foundation
internal import Synchronization
internal import WeirPorts

/// The exclusive hold of one process on a journal's folder. The operating system gives it back when the process dies.
final class FolderLock: Sendable {
    private let descriptor: Mutex<Int32?>

    init(folder: JournalFolder) throws(JournalError) {
        let path = folder.lockPath
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw folder.error(errno, "can't be written") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            Foundation.close(descriptor)
            guard code == EWOULDBLOCK else { throw folder.error(code, "can't be locked") }
            throw .locked("another process uses the journal in \(folder.path): each gateway needs a folder of its own")
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        release()
    }

    /// Lets others have the folder.
    func release() {
        descriptor.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }
}
