/// How the journal is doing.
public struct JournalStatus: Equatable, Sendable {
    /// Why the last commit failed; `nil` while commits succeed. While it is set the journal keeps probing whether it can write
    /// again, so that it mends itself without traffic.
    public var failure: JournalError?
    /// Bytes of the database and its write-ahead log on disk.
    public var bytes: Int64
    /// Bytes free on its file system.
    public var freeBytes: Int64
    public var commits: Int
    /// Writes in all commits together.
    public var writes: Int
    public var errors: Int
    /// Writes handed over that no commit has taken yet.
    public var pendingWrites: Int

    public init(
        failure: JournalError? = nil,
        bytes: Int64 = 0,
        freeBytes: Int64 = 0,
        commits: Int = 0,
        writes: Int = 0,
        errors: Int = 0,
        pendingWrites: Int = 0
    ) {
        self.failure = failure
        self.bytes = bytes
        self.freeBytes = freeBytes
        self.commits = commits
        self.writes = writes
        self.errors = errors
        self.pendingWrites = pendingWrites
    }
}
