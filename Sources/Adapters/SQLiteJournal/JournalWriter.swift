internal import Dispatch
internal import Foundation
internal import Synchronization
internal import Timekeeping
internal import WeirPorts

/// The way to the writer's thread: takes what is handed over, and wakes it.
///
/// The thread is one of its own, as it spends its life waiting for the disk; Swift's pool has a thread a core and none to lose.
final class JournalWriter: Sendable {
    /// A function alone in a `Mutex` is wrapped once more by each look at it, and takes longer each time.
    private struct Listener {
        var hear: @Sendable (CommitReport) -> Void = { _ in }
        var hearDeliveries: @Sendable ([WaitingDelivery]) -> Void = { _ in }
    }

    let folder: JournalFolder
    let database: Connection
    let readers: ReadConnections
    let lists: ListReaders
    let configuration: SQLiteJournalConfiguration
    let timeSource: any TimeSource
    private let lock: FolderLock
    private let listener = Mutex(Listener())
    private let queue: Mutex<CommitQueue>
    private let counters = Mutex(JournalCounters())
    private let closers = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let wakeUp = DispatchSemaphore(value: 0)

    init(
        folder: JournalFolder,
        lock: FolderLock,
        configuration: SQLiteJournalConfiguration,
        timeSource: any TimeSource
    ) throws(JournalError) {
        self.folder = folder
        self.lock = lock
        self.configuration = configuration
        self.timeSource = timeSource
        database = try JournalDatabase.open(folder, configuration)
        readers = ReadConnections(try JournalDatabase.openReaders(configuration.readers, folder))
        lists = try ListReaders(folder, configuration, timeSource)
        queue = Mutex(CommitQueue(configuration))
        lock.noteOpened(at: timeSource.timestamp())
    }

    var lastEnd: JournalLastEnd { lock.lastEnd }

    /// Starts the thread; it keeps this object alive until `close`.
    func start() {
        let thread = Thread { [self] in
            var loop = WriterLoop(self)
            loop.run()
        }
        thread.name = "weir.journal"
        thread.start()
    }

    // MARK: - For callers, on any thread

    func append(
        _ writes: [JournalWrite],
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    ) {
        let call = PendingCall(writes: writes, completion: completion)
        let isOpen = queue.withLock { queue in
            guard queue.phase == .open else { return false }
            if queue.add(call) { wakeUp.signal() }
            return true
        }
        // Never on the caller's own thread, which may hold a lock that the completion takes.
        if !isOpen { DispatchQueue.global().async { completion(.failure(.closed)) } }
    }

    func sweep(_ request: SweepRequest) {
        let isOpen = queue.withLock { queue in
            guard queue.phase == .open else { return false }
            if queue.add(request) { wakeUp.signal() }
            return true
        }
        if !isOpen { request.completion(.failure(.closed)) }
    }

    /// - Returns: Whether the log is empty; `false` once the journal is closed, too.
    func shred() async -> Bool {
        await withCheckedContinuation { continuation in
            let isOpen = queue.withLock { queue in
                guard queue.phase == .open else { return false }
                if queue.shred({ continuation.resume(returning: $0) }) { wakeUp.signal() }
                return true
            }
            if !isOpen { continuation.resume(returning: false) }
        }
    }

    var isOpen: Bool {
        queue.withLock { $0.phase == .open }
    }

    /// Lets the thread end once everything handed over has been answered.
    func requestClose() {
        queue.withLock { if $0.close() { wakeUp.signal() } }
    }

    /// As `requestClose`, and returns when the thread has ended.
    func close() async {
        await withCheckedContinuation { continuation in
            let isClosed = queue.withLock { queue in
                if queue.phase == .closed { return true }
                closers.withLock { $0.append(continuation) }
                if queue.close() { wakeUp.signal() }
                return false
            }
            if isClosed { continuation.resume() }
        }
    }

    func onCommit(_ report: @escaping @Sendable (CommitReport) -> Void) {
        listener.withLock { $0.hear = report }
    }

    func onDelivery(_ report: @escaping @Sendable ([WaitingDelivery]) -> Void) {
        listener.withLock { $0.hearDeliveries = report }
    }

    func status() -> JournalStatus {
        let (used, free, all) = folder.sizes()
        let (pending, most) = queue.withLock { ($0.pendingWrites, $0.maximumPending) }
        return counters.withLock { counters in
            JournalStatus(
                failure: counters.failure,
                bytes: used,
                freeBytes: free,
                commits: counters.commits,
                writes: counters.writes,
                errors: counters.errors,
                pendingWrites: pending + counters.keptWrites,
                maximumPendingWrites: most,
                fileSystemBytes: all
            )
        }
    }

    // MARK: - For the thread

    /// Waits for the next thing to do.
    func nextWork() -> CommitQueue.Work {
        while true {
            let work = queue.withLock { $0.take() }
            guard case .wait = work else { return work }
            wakeUp.wait()
        }
    }

    func note(_ report: CommitReport) {
        counters.withLock { counters in
            counters.failure = report.failure
            if report.failure == nil {
                counters.commits += 1
                counters.writes += report.writes
            } else {
                counters.errors += 1
            }
        }
        listener.withLock { $0.hear }(report)
    }

    /// A commit has added these.
    func note(_ added: [WaitingDelivery]) {
        if !added.isEmpty { listener.withLock { $0.hearDeliveries }(added) }
    }

    func note(keptWrites: Int) {
        counters.withLock { $0.keptWrites = keptWrites }
    }

    /// Has `CommitQueue.Work.probe` come up after the interval.
    func scheduleProbe() {
        let deadline = timeSource.now() + configuration.probeInterval
        Task { [self] in
            try? await timeSource.sleep(until: deadline)
            queue.withLock { if $0.probe() { wakeUp.signal() } }
        }
    }

    /// - Parameter isWhole: whether all that was handed over is written.
    func finish(isWhole: Bool) {
        if isWhole { lock.noteClosed(at: timeSource.timestamp()) }
        lock.release()
        queue.withLock { $0.finish() }
        let waiting = closers.withLock { closers in
            defer { closers = [] }
            return closers
        }
        for closer in waiting { closer.resume() }
    }
}
