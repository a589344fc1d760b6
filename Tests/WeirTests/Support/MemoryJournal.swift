import Dispatch
import Queueing
import Synchronization
import Timekeeping

@testable import Weir

/// A journal without a disk: commits on a queue of its own, or when the test says so.
final class MemoryJournal: Journal {
    private struct Pending {
        var writes: [JournalWrite]
        var completion: @Sendable (Result<JournalReceipt, JournalError>) -> Void

        /// What has happened already must not be lost; it is written once that is possible again.
        var mustBeKept: Bool {
            writes.contains { write in
                switch write {
                case .settle, .conclude: true
                case .accept, .start, .redrive: false
                }
            }
        }

        var starts: Int {
            writes.count { if case .start = $0 { true } else { false } }
        }
    }

    private struct State {
        var model = JournalModel()
        var pending: [Pending] = []
        var kept: [Pending] = []
        var appends: [[String]] = []
        var changed: [JobID] = []
        var isManual: Bool
        var failure: JournalError?
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "memory journal")

    /// - Parameter isManual: Whether nothing is committed before `commit` is called.
    init(isManual: Bool = false) {
        state = Mutex(State(isManual: isManual))
    }

    // MARK: What tests do

    /// Every later commit fails, or none. What was kept meanwhile is written with the next.
    func fail(with failure: JournalError?) {
        state.withLock { $0.failure = failure }
    }

    func setManual(_ isManual: Bool) {
        state.withLock { $0.isManual = isManual }
    }

    /// Every append so far, its writes in short.
    var appends: [[String]] { state.withLock { $0.appends } }

    var model: JournalModel {
        get { state.withLock { $0.model } }
        set { state.withLock { $0.model = newValue } }
    }

    func record(_ id: JobID) -> MessageRecord? { model.messages[id] }

    /// Whether `commitOne` has something to do.
    var isBusy: Bool {
        state.withLock { !$0.pending.isEmpty || $0.failure == nil && !$0.kept.isEmpty }
    }

    /// Starts of attempts that were handed over and are not answered.
    var pendingStarts: Int {
        state.withLock { $0.pending.reduce(0) { $0 + $1.starts } }
    }

    /// The messages that commits were about since this was asked last.
    func takeChanged() -> [JobID] {
        state.withLock { state in
            defer { state.changed = [] }
            return state.changed
        }
    }

    /// Commits everything that was handed over, and what that leads to, on the calling thread.
    func commit() {
        while commitOne() {}
    }

    /// Commits the oldest append.
    @discardableResult
    func commitOne() -> Bool {
        let step = state.withLock { state -> (Pending, Result<JournalReceipt, JournalError>)? in
            if let failure = state.failure {
                while let next = state.pending.first, next.mustBeKept { state.kept.append(state.pending.removeFirst()) }
                return state.pending.isEmpty ? nil : (state.pending.removeFirst(), .failure(failure))
            }
            guard let next = state.kept.first ?? state.pending.first else { return nil }
            if state.kept.isEmpty { state.pending.removeFirst() } else { state.kept.removeFirst() }
            var receipt = JournalReceipt()
            for write in next.writes {
                state.model.apply(write)
                state.changed.append(write.id)
                guard case .start(let id, _, _, true) = write, let record = state.model.messages[id],
                    !record.body.isEmpty
                else { continue }
                receipt.bodies[id] = StoredBody(bytes: record.body, traceparent: record.traceparent)
            }
            return (next, .success(receipt))
        }
        guard let (next, result) = step else { return false }
        next.completion(result)
        return true
    }

    /// The process dies: what was not committed never will be.
    ///
    /// - Returns: those who wait for it, oldest first.
    func losePending() -> [@Sendable (Result<JournalReceipt, JournalError>) -> Void] {
        state.withLock { state in
            defer { (state.pending, state.kept) = ([], []) }
            return (state.kept + state.pending).map(\.completion)
        }
    }

    /// Waits until the queue has nothing to do.
    func settle() {
        queue.sync {}
    }

    /// Returns once `count` appends have come.
    func waitForAppends(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.appends.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    // MARK: Journal

    func append(
        _ writes: [JournalWrite],
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    ) {
        let (isManual, ready) = state.withLock { state in
            state.pending.append(Pending(writes: writes, completion: completion))
            state.appends.append(writes.map(\.summary))
            let count = state.appends.count
            let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return (state.isManual, ready)
        }
        for watcher in ready { watcher.resume() }
        if !isManual { queue.async { [self] in commit() } }
    }

    func restore(_ each: (RestoredMessage) -> Void) throws(JournalError) {
        for message in model.restored { each(message) }
    }

    func message(_ id: JobID) async throws(JournalError) -> MessageRecord? {
        record(id)
    }

    func list(_ filter: MessageFilter) async throws(JournalError) -> MessagePage {
        let all = model.messages.values.sorted { $0.id > $1.id }
            .filter { record in
                (filter.client.map { $0 == record.client } ?? true) && (filter.app.map { $0 == record.app } ?? true)
                    && (filter.states.isEmpty || filter.states.contains(record.state))
                    && (filter.recipient.map { $0 == record.recipient } ?? true)
                    && (filter.since.map { record.createdAt >= $0 } ?? true)
                    && (filter.before.map { record.id < $0 } ?? true)
            }
        let page = all.prefix(min(max(filter.limit, 1), 1_000)).map { record in
            var summary = record
            (summary.body, summary.attempts, summary.omittedAttempts) = ([], [], 0)
            return summary
        }
        return MessagePage(messages: page, next: all.count > page.count ? page.last?.id : nil)
    }

    func idempotent(_ key: IdempotencyKey, now: Timestamp) async throws(JournalError) -> IdempotentMessage? {
        let matches = model.messages.values.filter {
            $0.client == key.client && $0.app == key.app && $0.idempotency?.key == key.key
                && now - $0.createdAt < .seconds(86_400)
        }
        return matches.max { $0.id < $1.id }.map { IdempotentMessage(id: $0.id, digest: $0.idempotency?.digest ?? []) }
    }

    func sweep(_ retention: Retention, now: Timestamp, limit: Int) async throws(JournalError) -> Bool { false }

    func status() -> JournalStatus {
        state.withLock { JournalStatus(failure: $0.failure, pendingWrites: $0.pending.count) }
    }
}
