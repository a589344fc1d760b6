internal import Dispatch
public import Queueing
internal import Synchronization
public import Timekeeping
internal import WeChat
public import WeirPorts

/// A journal without a disk, for tests: commits on a queue of its own, or when the test says so.
public final class MemoryJournal: Journal {
    private struct Call {
        var writes: [JournalWrite]
        var completion: @Sendable (Result<JournalReceipt, JournalError>) -> Void

        /// What has happened already must not be lost; it is written once that is possible again.
        var mustBeKept: Bool {
            writes.contains { write in
                switch write {
                case .settle, .conclude, .settleDelivery, .audit: true
                case .accept, .start, .collapse, .redrive, .receive, .match, .remember, .forget, .suppress, .lift,
                    .shed, .count, .deliver, .erase:
                    false
                }
            }
        }

        var starts: Int {
            writes.count { if case .start = $0 { true } else { false } }
        }
    }

    private struct State {
        var model = JournalModel()
        var pending: [Call] = []
        var kept: [Call] = []
        var appends: [[String]] = []
        var changed: [JobID] = []
        var isManual: Bool
        var isClosed = false
        var failure: JournalError?
        var commits = 0
        var writes = 0
        var errors = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var hearDeliveries: @Sendable ([WaitingDelivery]) -> Void = { _ in }

        /// Takes the oldest call that can be answered now.
        mutating func commitOne() -> (
            completion: @Sendable (Result<JournalReceipt, JournalError>) -> Void,
            result: Result<JournalReceipt, JournalError>,
            added: [WaitingDelivery]
        )? {
            if let failure {
                while let next = pending.first, next.mustBeKept {
                    kept.append(pending.removeFirst())
                    errors += 1
                }
                guard !pending.isEmpty else { return nil }
                errors += 1
                return (pending.removeFirst().completion, .failure(failure), [])
            }
            guard !(kept.isEmpty && pending.isEmpty) else { return nil }
            let next = kept.isEmpty ? pending.removeFirst() : kept.removeFirst()
            if let refusal = model.refusal(of: next.writes) { return (next.completion, .failure(refusal), []) }
            commits += 1
            writes += next.writes.count
            changed += next.writes.compactMap(\.id)
            var added: [WaitingDelivery] = []
            let receipt = model.apply(next.writes) { added += $0 }
            return (next.completion, .success(receipt), added)
        }
    }

    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "memory journal")

    /// - Parameters:
    ///   - model: what is stored already.
    ///   - isManual: Whether nothing is committed before `commit` is called.
    public init(_ model: JournalModel = JournalModel(), isManual: Bool = false) {
        state = Mutex(State(model: model, isManual: isManual))
    }

    // MARK: What tests do

    /// Every later commit fails, or none. What was kept meanwhile is written with the next commit, which comes at once
    /// unless commits are manual.
    public func fail(with failure: JournalError?) {
        let isManual = state.withLock { state in
            state.failure = failure
            return state.isManual
        }
        if !isManual { queue.async { [self] in commit() } }
    }

    /// Whether commits wait for `commit` from now on.
    public func setManual(_ isManual: Bool) {
        state.withLock { $0.isManual = isManual }
    }

    /// Every append so far, its writes in short, such as `start 1 with body`.
    public var appends: [[String]] { state.withLock { $0.appends } }

    /// What is stored.
    public var model: JournalModel {
        get { state.withLock { $0.model } }
        set { state.withLock { $0.model = newValue } }
    }

    /// One stored message with its attempts.
    public func record(_ id: JobID) -> MessageRecord? {
        state.withLock { $0.model.message(id) }
    }

    /// Whether `commitOne` has something to do.
    public var isBusy: Bool {
        state.withLock { !$0.pending.isEmpty || $0.failure == nil && !$0.kept.isEmpty }
    }

    /// Starts of attempts that were handed over and are not answered.
    public var pendingStarts: Int {
        state.withLock { $0.pending.reduce(0) { $0 + $1.starts } }
    }

    /// The messages that commits were about since this was asked last.
    public func takeChanged() -> [JobID] {
        state.withLock { state in
            defer { state.changed = [] }
            return state.changed
        }
    }

    /// Commits everything that was handed over, and what that leads to, on the calling thread.
    public func commit() {
        while commitOne() {}
    }

    /// Commits the oldest append.
    ///
    /// - Returns: Whether one was answered.
    @discardableResult
    public func commitOne() -> Bool {
        let (step, hear) = state.withLock { ($0.commitOne(), $0.hearDeliveries) }
        guard let (completion, result, added) = step else { return false }
        if !added.isEmpty { hear(added) }
        completion(result)
        return true
    }

    /// The process dies: what was not committed never will be, and is never answered.
    ///
    /// - Returns: Those who wait for an answer, oldest first.
    @discardableResult
    public func losePending() -> [@Sendable (Result<JournalReceipt, JournalError>) -> Void] {
        state.withLock { state in
            defer { (state.pending, state.kept) = ([], []) }
            return (state.kept + state.pending).map(\.completion)
        }
    }

    /// Answers everything that was handed over, and what can't be written with the failure. Later calls fail with
    /// `closed`.
    public func close() async {
        state.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                commit()
                let kept = state.withLock { state in
                    defer { state.kept = [] }
                    return state.kept.map { ($0.completion, state.failure ?? .closed) }
                }
                for (completion, failure) in kept { completion(.failure(failure)) }
                continuation.resume()
            }
        }
    }

    /// Waits until the queue has nothing to do.
    public func settle() {
        queue.sync {}
    }

    /// Returns once `count` appends have come.
    public func waitForAppends(_ count: Int) async {
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

    /// Takes the writes in order. They are committed at once on the journal's queue, or by `commit` where it is manual.
    public func append(
        _ writes: [JournalWrite],
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    ) {
        let (isOpen, isManual, ready) = state.withLock { state in
            guard !state.isClosed else { return (false, false, [CheckedContinuation<Void, Never>]()) }
            state.pending.append(Call(writes: writes, completion: completion))
            state.appends.append(writes.map(\.summary))
            let count = state.appends.count
            let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return (true, state.isManual, ready)
        }
        guard isOpen else { return queue.async { completion(.failure(.closed)) } }
        for watcher in ready { watcher.resume() }
        if !isManual { queue.async { [self] in commit() } }
    }

    /// Hands over what was committed and has not ended, oldest first.
    public func restore(_ each: (RestoredMessage) -> Void) throws(JournalError) {
        for message in try read({ $0.restored }) { each(message) }
    }

    /// What was committed, ordered by the bytes of its names.
    public func ledger() throws(JournalError) -> [LedgerEntry] {
        try read { $0.entries }
    }

    /// What was committed and not ended, in its order.
    public func suppressions(_ each: (Suppression) -> Void) throws(JournalError) {
        for entry in try read({ $0.suppressions }) { each(entry.suppression) }
    }

    /// A page by `JournalModel`'s rules.
    public func suppressions(_ filter: SuppressionFilter) async throws(JournalError) -> SuppressionPage {
        try read { $0.list(filter) }
    }

    /// What was committed of the day.
    public func counts(of day: Int64, _ each: (_ mark: Int64, _ count: Int) -> Void) throws(JournalError) {
        for (mark, count) in try read({ $0.counts[day] ?? [:] }) { each(mark, count) }
    }

    /// What was committed and waits, in its order.
    public func deliveries(_ each: (WaitingDelivery) -> Void) throws(JournalError) {
        for delivery in try read({ $0.waitingDeliveries }) { each(delivery) }
    }

    /// What was committed of the delivery.
    public func delivery(_ place: Int64) async throws(JournalError) -> StoredDelivery? {
        try read { $0.delivery(place) }
    }

    /// Told on the journal's queue, or by whom commits.
    public func onDelivery(_ report: @escaping @Sendable ([WaitingDelivery]) -> Void) {
        state.withLock { $0.hearDeliveries = report }
    }

    /// What was committed of the message.
    public func message(_ id: JobID) async throws(JournalError) -> MessageRecord? {
        try read { $0.message(id) }
    }

    /// A page by `JournalModel`'s rules: it looks at all messages and is never `busy`.
    public func list(_ filter: MessageFilter) async throws(JournalError) -> MessagePage {
        try read { $0.list(filter) }
    }

    /// What was committed under the key within the last 24 hours.
    public func idempotent(_ key: IdempotencyKey, now: Timestamp) async throws(JournalError) -> IdempotentMessage? {
        try read { $0.idempotent(key, now: now) }
    }

    /// Removes at once; it counts as no commit.
    public func sweep(_ retention: Retention, now: Timestamp, limit: Int) async throws(JournalError) -> Bool {
        try read { $0.sweep(retention, now: now, limit: limit) }
    }

    /// The numbers of commits and writes; `bytes` and `freeBytes` stay 0.
    public func status() -> JournalStatus {
        state.withLock { state in
            JournalStatus(
                failure: state.failure,
                commits: state.commits,
                writes: state.writes,
                errors: state.errors,
                pendingWrites: (state.kept + state.pending).reduce(0) { $0 + $1.writes.count }
            )
        }
    }

    func read<Value: Sendable>(
        _ question: (inout JournalModel) -> Value
    ) throws(JournalError) -> Value {
        let answer = state.withLock { $0.isClosed ? nil : question(&$0.model) }
        guard let answer else { throw .closed }
        return answer
    }
}
