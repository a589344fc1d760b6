import Clients
import Dispatching
import Intake
import Messaging
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeirPorts

/// One operation under way: page by page, in steps, at its rate.
extension OperationService {
    /// Messages that are asked for at once.
    private static let pageSize = 500
    /// How long a step waits that could not be done.
    private static let rest = Duration.seconds(1)

    /// What the worker has in hand.
    private struct Hand {
        var ids: ArraySlice<JobID> = []
        var bucket: TokenBucket
        /// Whether somebody was told that it can't go on.
        var isWaiting = false
    }

    func run(_ id: JobID, as number: Int) async {
        guard let operation = state.withLock({ $0.book[id] }) else { return }
        var hand = Hand(bucket: TokenBucket(operation.rate, at: time.now()))
        while !Task.isCancelled {
            do throws(MessageRefusal) {
                guard try await goOn(id, &hand) else { break }
                hand.isWaiting = false
            } catch {
                if !hand.isWaiting, !Task.isCancelled, let operation = state.withLock({ $0.book[id] }) {
                    observer.waits(operation, because: error.message)
                }
                hand.isWaiting = true
                await sleep(OperationService.rest)
            }
        }
        stopWork(on: id, ifIts: number)
    }

    /// - Returns: false where nothing is left to do.
    private func goOn(_ id: JobID, _ hand: inout Hand) async throws(MessageRefusal) -> Bool {
        guard let operation = state.withLock({ $0.book[id] }), operation.state == .running else { return false }
        if hand.ids.isEmpty {
            let page = try await page(operation)
            hand.ids = page.messages.map(\.id)[...]
            if hand.ids.isEmpty { return try await pass(operation, to: page.next) }
        }
        let step = hand.ids.prefix(operation.rate.burst)
        if operation.kind == .redrive, !dispatcher.hasRoom(for: step.count) {
            throw MessageRefusal(.queueFull, "as many messages wait as queue.capacity allows")
        }
        switch hand.bucket.take(step.count, at: time.now()) {
        case .granted: break
        case .wait(let duration):
            await sleep(duration)
            return true
        case .never: return false
        }
        try await meet(Array(step), id)
        hand.ids = hand.ids.dropFirst(step.count)
        return true
    }

    private func sleep(_ duration: Duration) async {
        try? await time.sleep(until: time.now() + duration)
    }

    private func page(_ operation: BulkOperation) async throws(MessageRefusal) -> MessagePage {
        let filter = operation.filter.messages(
            for: operation.kind,
            below: operation.cursor,
            endedBy: operation.createdAt,
            limit: OperationService.pageSize
        )
        do throws(JournalError) { return try await journal.list(filter) } catch {
            throw MessageRefusal(error, while: .reading)
        }
    }

    /// A page without a message: the search goes on behind it, or is over.
    private func pass(_ operation: BulkOperation, to next: JobID?) async throws(MessageRefusal) -> Bool {
        try await turns.enter(operation.id, for: "")
        defer { turns.leave(operation.id) }
        guard let present = state.withLock({ $0.book[operation.id] }), present.state == .running else { return false }
        if let next {
            // Not written: whoever starts again passes the same messages once more, and finds none.
            state.withLock { $0.book.update(present.met(downTo: next, (0, 0))) }
            return true
        }
        let over = present.moved(to: .done, at: time.timestamp())
        try await write(over)
        observer.moved(over, by: nil)
        return false
    }

    /// One step. What it finds met already, or the operation not running, it leaves.
    private func meet(_ ids: [JobID], _ id: JobID) async throws(MessageRefusal) {
        try await turns.enter(id, for: "")
        defer { turns.leave(id) }
        guard let operation = state.withLock({ $0.book[id] }), operation.state == .running else { return }
        let due = ids.filter { $0 < operation.cursor }
        guard let last = due.last else { return }
        let next: BulkOperation
        switch operation.kind {
        case .redrive: next = try await redrive(due, downTo: last, operation)
        case .cancel: next = try await cancel(due, downTo: last, operation)
        }
        state.withLock { $0.book.update(next) }
        observer.met(next.kind, done: next.done - operation.done, skipped: next.skipped - operation.skipped)
    }

    private func redrive(
        _ ids: [JobID],
        downTo last: JobID,
        _ operation: BulkOperation
    ) async throws(MessageRefusal) -> BulkOperation {
        let now = time.timestamp()
        let result = try await messages.redrive(
            ids,
            caller: .operator(because: operation.reason),
            where: { record in
                operation.filter.states(for: .redrive).contains(record.state)
                    && record.endedAt.map { $0 <= operation.createdAt } ?? false
            },
            beside: { result in
                let entry = operation.met(downTo: last, (result.changed, result.skipped)).entry(at: now)
                return entry.map { [.remember($0)] } ?? []
            }
        )
        return operation.met(downTo: last, (result.changed, result.skipped))
    }

    /// That a message is cancelled says by itself that it was met. A crash may lose the count of one step, and nothing else.
    private func cancel(
        _ ids: [JobID],
        downTo last: JobID,
        _ operation: BulkOperation
    ) async throws(MessageRefusal) -> BulkOperation {
        let result = try await messages.cancel(ids, caller: .operator(because: operation.reason))
        let next = operation.met(downTo: last, (result.changed, result.skipped))
        if let entry = next.entry(at: time.timestamp()) {
            // What could not be written is in the next step's.
            _ = try? await journal.append([.remember(entry)])
        }
        return next
    }
}
