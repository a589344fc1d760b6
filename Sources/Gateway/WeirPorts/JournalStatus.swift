/// How the journal is doing.
public struct JournalStatus: Equatable, Sendable {
    /// Why the last commit failed; `nil` while commits succeed. While it is set the journal keeps probing whether it can write
    /// again, so that it mends itself without traffic.
    public var failure: JournalError?
    /// Bytes of the database and its write-ahead log on disk.
    public var bytes: Int64
    /// Bytes free on its file system.
    public var freeBytes: Int64
    /// Commits that succeeded since it was opened.
    public var commits: Int
    /// Writes in all commits together.
    public var writes: Int
    /// Commits that failed since it was opened.
    public var errors: Int
    /// Writes handed over that no commit has taken yet.
    public var pendingWrites: Int
    /// How many of them may wait before what can be refused is refused; 0 where there is no such limit.
    public var maximumPendingWrites: Int
    /// Bytes of the whole file system that it is on; 0 where that is not known.
    public var fileSystemBytes: Int64

    /// By default a journal that works and has done nothing.
    public init(
        failure: JournalError? = nil,
        bytes: Int64 = 0,
        freeBytes: Int64 = 0,
        commits: Int = 0,
        writes: Int = 0,
        errors: Int = 0,
        pendingWrites: Int = 0,
        maximumPendingWrites: Int = 0,
        fileSystemBytes: Int64 = 0
    ) {
        self.failure = failure
        self.bytes = bytes
        self.freeBytes = freeBytes
        self.commits = commits
        self.writes = writes
        self.errors = errors
        self.pendingWrites = pendingWrites
        self.maximumPendingWrites = maximumPendingWrites
        self.fileSystemBytes = fileSystemBytes
    }
}

/// What one commit did, for metrics.
public struct CommitReport: Equatable, Sendable {
    /// Writes that it held.
    public var writes: Int
    /// Calls to `append` that it answered, or would have.
    public var calls: Int
    /// From its first statement to the end of its sync.
    public var took: Duration
    /// Why nothing of it was kept.
    public var failure: JournalError?

    /// Without a `failure` the commit succeeded.
    public init(writes: Int, calls: Int, took: Duration, failure: JournalError? = nil) {
        self.writes = writes
        self.calls = calls
        self.took = took
        self.failure = failure
    }
}

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
