/// Why the journal could not do what was asked.
public enum JournalError: Error, Equatable, Sendable {
    /// No room on the disk.
    case full(String)
    /// The folder or file can't be written.
    case readOnly(String)
    /// Another process holds the folder.
    case locked(String)
    /// The file is no database of Weir's, or is damaged.
    case corrupt(String)
    /// The database syncs less than a promise of durability needs.
    case notDurable(String)
    /// Anything else that the operating system or SQLite said.
    case failed(String)
    /// It works, but has as much of this kind to do as it takes at once: the same may be asked again soon.
    case busy(String)
    /// It was closed.
    case closed

    /// One line for people, without any message's content.
    public var message: String {
        switch self {
        case .full(let detail), .readOnly(let detail), .locked(let detail), .corrupt(let detail),
            .notDurable(let detail),
            .failed(let detail), .busy(let detail):
            detail
        case .closed: "the journal is closed"
        }
    }
}
