public import Queueing
public import Timekeeping
public import WeirPorts

/// The journal in an SQLite database, in a folder of its own.
///
/// One thread writes. It takes all that was handed over since its last commit, commits that as one transaction and one sync
/// (write-ahead log, `synchronous=FULL`), and then answers. Queries run beside it on connections of their own and see what
/// has been committed; listings have others than the rest.
///
/// **When the disk fails** (full, read-only, an error), nothing of the commit is kept on disk, `status().failure` says
/// why, and a small write is tried once a `probeInterval` until it works. Meanwhile calls that only accept, start,
/// redrive, remember, forget, suppress, lift or deliver fail at once. Calls with a settle or conclude in them are kept in memory, in order,
/// and answered when the disk took them: later than calls that were handed over after them and failed.
///
/// One process at a time; not on a network file system.
public final class SQLiteJournal: Journal {
    private let writer: JournalWriter

    /// Opens the journal in `folder`, which is made with mode 0700 when it is missing.
    ///
    /// - Throws: `locked` when another process holds the folder, `corrupt` for a file that is damaged or not Weir's, `notDurable`
    ///   when commits would not be synced, `readOnly`, `full`, or `failed` for anything else, such as a file of a later version.
    public init(
        path folder: String,
        configuration: SQLiteJournalConfiguration = SQLiteJournalConfiguration(),
        timeSource: any TimeSource = SystemTimeSource()
    ) throws(JournalError) {
        let folder = try JournalFolder(path: folder)
        writer = try JournalWriter(
            folder: folder,
            lock: try FolderLock(folder: folder),
            configuration: configuration,
            timeSource: timeSource
        )
        writer.start()
    }

    /// How the process before this one ended.
    public var lastEnd: JournalLastEnd { writer.lastEnd }

    deinit {
        writer.requestClose()
    }

    /// Commits and answers everything handed over, moves the log into the database and ends the thread. Later calls fail with
    /// `closed`.
    public func close() async {
        await writer.close()
    }

    /// Queues the writes for the writer's thread. After `close()` they fail with `closed`, on another thread than the
    /// caller's.
    public func append(
        _ writes: [JournalWrite],
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    ) {
        writer.append(writes, completion: completion)
    }

    /// Hands over on the calling thread, which waits until all messages are.
    public func restore(_ each: (RestoredMessage) -> Void) throws(JournalError) {
        guard writer.isOpen else { throw .closed }
        do {
            try RestoreAhead(writer.readers).forEach(each)
        } catch {
            throw journalError(error)
        }
    }

    /// Reads on the calling thread, which waits until all entries are read.
    public func ledger() throws(JournalError) -> [LedgerEntry] {
        guard writer.isOpen else { throw .closed }
        do {
            return try writer.readers.read { try JournalReader.ledger($0) }
        } catch {
            throw journalError(error)
        }
    }

    /// Hands over on the calling thread, which waits until all are read.
    public func suppressions(_ each: (Suppression) -> Void) throws(JournalError) {
        guard writer.isOpen else { throw .closed }
        do {
            try writer.readers.read { try SuppressionReader.restore($0, each) }
        } catch {
            throw journalError(error)
        }
    }

    /// Hands over on the calling thread, which waits until all are read.
    public func counts(of day: Int64, _ each: (_ mark: Int64, _ count: Int) -> Void) throws(JournalError) {
        guard writer.isOpen else { throw .closed }
        do {
            try writer.readers.read { try JournalReader.counts($0, of: day, each) }
        } catch {
            throw journalError(error)
        }
    }

    /// Reads with one of the configuration's `readers`: a page is short work.
    public func suppressions(_ filter: SuppressionFilter) async throws(JournalError) -> SuppressionPage {
        try await read { try SuppressionReader.list($0, filter) }
    }

    /// Hands over on the calling thread, which waits until all are read.
    public func deliveries(_ each: (WaitingDelivery) -> Void) throws(JournalError) {
        guard writer.isOpen else { throw .closed }
        do {
            try writer.readers.read { try DeliveryReader.restore($0, each) }
        } catch {
            throw journalError(error)
        }
    }

    /// Reads with one of the configuration's `readers`, so that no listing delays it.
    public func delivery(_ place: Int64) async throws(JournalError) -> StoredDelivery? {
        try await read { try DeliveryReader.delivery($0, place) }
    }

    /// Reads with one of the configuration's `readers`, so that no listing delays it.
    public func message(_ id: JobID) async throws(JournalError) -> MessageRecord? {
        try await read { try JournalReader.message($0, id) }
    }

    /// Reads with one of `listReaders`. Throws `busy` where `maximumListsWaiting` listings wait, or as many of this
    /// client's as it may have.
    public func list(_ filter: MessageFilter) async throws(JournalError) -> MessagePage {
        guard writer.isOpen else { throw .closed }
        do {
            return try await writer.lists.page(filter)
        } catch {
            throw writer.isOpen ? error : .closed
        }
    }

    /// Reads with one of `listReaders`, as a listing does.
    public func tally(_ filter: MessageFilter) async throws(JournalError) -> MessageTally {
        guard writer.isOpen else { throw .closed }
        do {
            return try await writer.lists.tally(filter)
        } catch {
            throw writer.isOpen ? error : .closed
        }
    }

    /// Reads with one of the configuration's `readers`: a page is short work.
    public func audit(_ filter: AuditFilter) async throws(JournalError) -> AuditPage {
        try await read { try AuditRows.page($0, filter) }
    }

    /// Reads with one of the configuration's `readers`.
    public func traces(of person: Person) async throws(JournalError) -> PersonTraces {
        try await read { try Eraser.traces($0, of: person) }
    }

    /// Moves the write-ahead log into the database, where what was deleted is overwritten, and empties it. The writer's thread does so
    /// after what was handed over before, once for all who ask meanwhile, and waits for no reader.
    public func shred() async throws(JournalError) -> Bool {
        guard writer.isOpen else { throw .closed }
        return await writer.shred()
    }

    /// Reads with one of the configuration's `readers`, so that no listing delays it.
    public func idempotent(_ key: IdempotencyKey, now: Timestamp) async throws(JournalError) -> IdempotentMessage? {
        try await read { try JournalReader.idempotent($0, key, now: now) }
    }

    /// One step, done by the writer's thread. Returns once it is committed.
    public func sweep(_ retention: Retention, now: Timestamp, limit: Int) async throws(JournalError) -> Bool {
        let result = await withCheckedContinuation { continuation in
            writer.sweep(
                SweepRequest(retention: retention, now: now, limit: limit) { continuation.resume(returning: $0) }
            )
        }
        return try result.get()
    }

    /// Asks the file system for sizes and free room; waits for no commit.
    public func status() -> JournalStatus {
        writer.status()
    }

    /// The writer's thread calls `report`: what it does there delays the next commit.
    public func onCommit(_ report: @escaping @Sendable (CommitReport) -> Void) {
        writer.onCommit(report)
    }

    /// The writer's thread calls `report`: what it does there delays the answers of its commit.
    public func onDelivery(_ report: @escaping @Sendable ([WaitingDelivery]) -> Void) {
        writer.onDelivery(report)
    }

    private func read<Value: Sendable>(
        _ query: @escaping @Sendable (Database) throws -> Value
    ) async throws(JournalError) -> Value {
        guard writer.isOpen else { throw .closed }
        do {
            return try await writer.readers.read(query)
        } catch {
            throw journalError(error)
        }
    }

    private func journalError(_ error: any Error) -> JournalError {
        writer.isOpen ? SQLiteFailure(error).journalError(in: writer.folder.path) : .closed
    }
}

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
    /// Listings of all clients that may wait for a connection; beyond it they are refused.
    public var maximumListsWaiting = 64
    /// Listings of one client that may wait for a connection; beyond it they are refused.
    public var maximumListsWaitingPerClient = 8
    /// Bytes of pages that the writer keeps in memory.
    public var cacheBytes = 64 << 20
    /// Pages of 4 KiB that the database may grow to; `nil` for as many as the disk holds.
    public var maximumPages: Int?

    /// Every setting has the default that is written at it.
    public init() {}

    /// What the write-ahead log is cut back to when it begins anew: twice what moves it into the database.
    var keptLogBytes: Int64 { Int64(checkpointPages) * 8192 }
    /// A log that has grown to this does not come to begin anew by itself.
    var alarmingLogBytes: Int64 { keptLogBytes + keptLogBytes / 4 }
}
