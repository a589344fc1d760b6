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
    /// Connections for what a caller waits for: a message by its id, an idempotency key.
    public var readers = 2
    /// Connections for listings. A client has one at a time.
    public var listReaders = 2
    /// Messages that one page of a listing looks at.
    public var listedRows = 50_000
    /// How long one page of a listing looks for messages.
    public var listTime: Duration = .milliseconds(250)
    /// Listings that may wait for a connection, of all clients and of one; beyond it they are refused.
    public var maximumListsWaiting = 64
    public var maximumListsWaitingPerClient = 8
    /// Bytes of pages that the writer keeps in memory.
    public var cacheBytes = 64 << 20
    /// Pages of 4 KiB that the database may grow to; `nil` for as many as the disk holds.
    public var maximumPages: Int?

    public init() {}

    /// What the write-ahead log is cut back to when it begins anew: twice what moves it into the database.
    var keptLogBytes: Int64 { Int64(checkpointPages) * 8192 }
    /// A log that has grown to this does not come to begin anew by itself.
    var alarmingLogBytes: Int64 { keptLogBytes + keptLogBytes / 4 }
}
