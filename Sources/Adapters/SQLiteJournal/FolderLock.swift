internal import Foundation
internal import Synchronization
internal import Timekeeping
internal import WeirPorts

/// The exclusive hold of one process on a journal's folder. The operating system gives it back when the process dies.
///
/// Its file says in one short line whether a process has the journal open, or when it was closed: what a process that was killed could
/// not set right, the next one reads. The log's presence would not tell: whoever looks into the file with a shell clears it away.
final class FolderLock: Sendable {
    /// Always so many bytes, written in place: so it needs no room on a full disk.
    private static let length = 64
    private static let openWord = "open"
    private static let closedWord = "closed"

    private let descriptor: Mutex<Int32?>
    /// Of the process before this one.
    let lastEnd: JournalLastEnd

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
        lastEnd = FolderLock.lastEnd(FolderLock.read(descriptor), folder)
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        release()
    }

    // MARK: The line

    /// The journal is open.
    func noteOpened(at now: Timestamp) { note("\(FolderLock.openWord) \(now.milliseconds)") }

    /// All is written, and the journal is closed.
    func noteClosed(at now: Timestamp) { note("\(FolderLock.closedWord) \(now.milliseconds)") }

    private func note(_ words: String) {
        let line = words.utf8.prefix(FolderLock.length - 1)
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: FolderLock.length - 1 - line.count)
        let bytes = Array(line) + padding + [UInt8(ascii: "\n")]
        descriptor.withLock { descriptor in
            guard let descriptor else { return }
            // Where it can't be written, the next start knows less. That must not keep this one from working.
            let count = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
            if count == bytes.count { _ = fdatasync(descriptor) }
        }
    }

    private static func read(_ descriptor: Int32) -> [Substring] {
        var bytes = [UInt8](repeating: 0, count: length)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return [] }
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(whereSeparator: \.isWhitespace)
    }

    private static func lastEnd(_ words: [Substring], _ folder: JournalFolder) -> JournalLastEnd {
        guard folder.hasDatabase else { return .none }
        guard words.count == 2, let milliseconds = Int64(words[1]) else { return .unknown }
        let time = Timestamp(milliseconds: milliseconds)
        switch words[0] {
        case closedWord: return .clean(at: time)
        case openWord: return .unclean(lastWrite: max(folder.lastWrite() ?? time, time))
        default: return .unknown
        }
    }

    // MARK: The end

    /// Lets others have the folder.
    func release() {
        descriptor.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }
}
