/// How the journal works; the defaults suit one gateway with a disk of its own.
public struct SQLiteJournalConfiguration: Equatable, Sendable {
    /// Writes that one commit takes, unless a single call hands over more. At least 1.
    public var maximumBatch = 512
    /// Writes that may wait for a commit. Beyond it calls without a settle or conclude are refused.
    public var maximumPendingWrites = 100_000
    /// How often the journal tries to write again while it can't.
    public var probeInterval: Duration = .seconds(1)
    /// Pages of 4 KiB in the write-ahead log after which a commit moves them into the database.
    public var checkpointPages = 4_000
    /// Connections for queries.
    public var readers = 2
    /// Bytes of pages that the writer keeps in memory.
    public var cacheBytes = 64 << 20
    /// Pages of 4 KiB that the database may grow to; `nil` for as many as the disk holds.
    public var maximumPages: Int?

    public init() {}
}
