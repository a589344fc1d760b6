package import Dispatching
package import Intake
package import Messaging
import Queueing
import Resilience
import Synchronization
package import Timekeeping
import WeChat
package import WeirPorts

/// Runs operations: each by a task of its own, in steps that are one commit each. What a step has done and how far it has come stand in
/// the same commit, so that a crash neither does a step twice nor leaves one out.
package final class OperationService: Sendable {
    /// A task, and its number: another may have come in its place.
    struct Worker {
        var number: Int
        var task: Task<Void, Never>
    }

    struct State {
        var book = OperationBook()
        var workers: [JobID: Worker] = [:]
        var begun = 0
        var isRunning = false
        var isStopped = false
        /// Somebody is being forgotten.
        var isForgetting = false
    }

    let messages: MessageService
    let dispatcher: Dispatcher
    let journal: any Journal
    let observer: any OperationObserver
    let time: any TimeSource
    /// Steps and orders, one at a time of each operation.
    let turns = KeyedTurns<JobID>()
    /// One forecast at a time.
    let forecasts = KeyedTurns<Bool>()
    let state = Mutex(State())

    package init(
        _ messages: MessageService,
        _ dispatcher: Dispatcher,
        _ journal: any Journal,
        observer: any OperationObserver,
        time: any TimeSource
    ) {
        self.messages = messages
        self.dispatcher = dispatcher
        self.journal = journal
        self.observer = observer
        self.time = time
    }

    // MARK: Life

    /// What an earlier process left.
    ///
    /// - Returns: The entries that are of something else.
    package func takeBack(_ entries: [LedgerEntry]) -> [LedgerEntry] {
        let operations = entries.compactMap(BulkOperation.init)
        state.withLock { state in
            for operation in operations { state.book.take(operation) }
        }
        return entries.filter { !$0.name.hasPrefix(BulkOperation.prefix) }
    }

    /// Goes on with what an earlier process left: once its messages are back.
    package func start() {
        let open = state.withLock { state in
            state.isRunning = true
            return state.book.open
        }
        for operation in open {
            observer.moved(operation, by: nil)
            if operation.state == .running { work(on: operation.id) }
        }
    }

    /// No step is begun from now on; what is left goes on after the next start.
    package func stop() {
        let workers = state.withLock { state in
            state.isStopped = true
            defer { state.workers = [:] }
            return Array(state.workers.values)
        }
        for worker in workers { worker.task.cancel() }
        turns.close()
        forecasts.close()
    }

    func work(on id: JobID) {
        state.withLock { state in
            guard state.isRunning, !state.isStopped, state.workers[id] == nil else { return }
            state.begun += 1
            let number = state.begun
            state.workers[id] = Worker(number: number, task: Task { [self] in await run(id, as: number) })
        }
    }

    func stopWork(on id: JobID, ifIts number: Int? = nil) {
        let worker = state.withLock { state in
            let isMeant = number == nil || state.workers[id]?.number == number
            return isMeant ? state.workers.removeValue(forKey: id) : nil
        }
        worker?.task.cancel()
    }

    // MARK: What operators ask

    /// All that are known, newest first.
    package var all: [BulkOperation] { state.withLock { $0.book.all } }

    /// One of them.
    package func operation(_ id: String) throws(MessageRefusal) -> BulkOperation {
        guard let id = JobID(id), let found = state.withLock({ $0.book[id] }) else { throw OperationService.unknown }
        return found
    }

    /// Begins one: returns when it is on disk, with what was found.
    package func begin(_ request: OperationRequest) async throws(MessageRefusal) -> BulkOperation {
        try check(request)
        do throws(OperationBook.Refusal) {
            try state.withLock { state throws(OperationBook.Refusal) in try state.book.checkRoom() }
        } catch {
            throw OperationService.refusal(error)
        }
        let (id, now) = (dispatcher.makeID(), time.timestamp())
        let forecast = try await forecast(request, below: id, at: now)
        let operation = BulkOperation(id, request, forecast: forecast, at: now)
        guard let entry = operation.entry(at: now) else {
            throw MessageRefusal(.invalid, "filter and reason are too long together", field: "filter")
        }
        let gone = try add(operation)
        do throws(JournalError) {
            try await journal.append([.remember(entry)] + gone.map { .forget($0.entryName) })
        } catch {
            state.withLock { state in
                var book = OperationBook()
                for one in state.book.all + gone where one.id != id { book.take(one) }
                state.book = book
            }
            throw MessageRefusal(error, while: .changing)
        }
        observer.moved(operation, by: request.who)
        work(on: id)
        return operation
    }

    private func add(_ operation: BulkOperation) throws(MessageRefusal) -> [BulkOperation] {
        do throws(OperationBook.Refusal) {
            return try state.withLock { state throws(OperationBook.Refusal) in try state.book.add(operation) }
        } catch {
            throw OperationService.refusal(error)
        }
    }

    /// Pauses, resumes or stops one: returns when that is on disk. No step is under way then, unless it was resumed.
    package func obey(_ order: String, _ text: String, by who: String) async throws(MessageRefusal) -> BulkOperation {
        guard let order = OperationBook.Order(rawValue: order) else {
            throw MessageRefusal(.notFound, "an operation can be paused, resumed or stopped: pause, resume, stop")
        }
        guard let id = JobID(text) else { throw OperationService.unknown }
        try await turns.enter(id, for: "")
        defer { turns.leave(id) }
        let now = time.timestamp()
        let operation: BulkOperation
        do throws(OperationBook.Refusal) {
            operation = try state.withLock { state throws(OperationBook.Refusal) in
                try state.book.obey(order, id, at: now)
            }
        } catch {
            throw OperationService.refusal(error)
        }
        guard operation != state.withLock({ $0.book[id] }) else { return operation }
        try await write(operation)
        observer.moved(operation, by: who)
        if order == .resume { work(on: id) } else { stopWork(on: id) }
        return operation
    }

    /// Only in the operation's turn.
    func write(_ operation: BulkOperation) async throws(MessageRefusal) {
        guard let entry = operation.entry(at: time.timestamp()) else { return }
        do throws(JournalError) { try await journal.append([.remember(entry)]) } catch {
            throw MessageRefusal(error, while: .changing)
        }
        state.withLock { $0.book.update(operation) }
    }

    private static let unknown = MessageRefusal(.notFound, "no operation has this id; GET /v1/operations lists them")

    private static func refusal(_ refusal: OperationBook.Refusal) -> MessageRefusal {
        switch refusal {
        case .unknown: return unknown
        case .over(let state): return MessageRefusal(.wrongState, "the operation has ended: it is \(state.rawValue)")
        case .tooMany:
            let why = "\(OperationBook.mostOpen) operations run or are paused: let one end, or stop one"
            return MessageRefusal(.wrongState, why)
        }
    }

    private func check(_ request: OperationRequest) throws(MessageRefusal) {
        let possible = OperationFilter.possible(request.kind)
        guard request.filter.states.allSatisfy(possible.contains) else {
            let names = possible.map(\.name).joined(separator: " or ")
            let why = "filter.state must be \(names): the others can't be changed by a \(request.kind.rawValue)"
            throw MessageRefusal(.invalid, why, field: "filter.state")
        }
        let fastest = RateLimit(permits: OperationRate.fastest, per: .seconds(1), burst: 1)
        guard OperationRate.time(for: 1_000_000, at: request.rate) >= OperationRate.time(for: 1_000_000, at: fastest)
        else {
            throw MessageRefusal(.invalid, "rate is over \(OperationRate.fastest)/s", field: "rate")
        }
    }
}

extension OperationService {
    // MARK: Before anything is done

    /// What a request would find, without doing anything.
    package func forecast(_ request: OperationRequest) async throws(MessageRefusal) -> OperationForecast {
        try check(request)
        return try await forecast(request, below: dispatcher.makeID(), at: time.timestamp())
    }

    /// Counts as listings do, a bounded part at a time.
    private func forecast(
        _ request: OperationRequest,
        below id: JobID,
        at now: Timestamp
    ) async throws(MessageRefusal) -> OperationForecast {
        try await forecasts.enter(true, for: "")
        defer { forecasts.leave(true) }
        var filter = request.filter.messages(for: request.kind, below: id, endedBy: now, limit: 1)
        var counts: [MessageTally.Group: Int] = [:]
        do throws(JournalError) {
            while true {
                let tally = try await journal.tally(filter)
                counts.merge(tally.counts) { $0 + $1 }
                guard let next = tally.next else { break }
                filter.before = next
            }
        } catch {
            throw MessageRefusal(error, while: .reading)
        }
        return forecast(counts, for: request.kind)
    }

    private func forecast(_ counts: [MessageTally.Group: Int], for kind: BulkOperation.Kind) -> OperationForecast {
        var forecast = OperationForecast()
        var needed: [String: [String: Int]] = [:]
        for (group, count) in counts {
            forecast.matched += count
            guard kind == .redrive else { continue }
            if messages.canRedrive(group.type, of: group.client, app: group.app) {
                needed[group.app, default: [:]][group.type.lanePath, default: 0] += count
            } else {
                forecast.unfit += count
            }
        }
        for (app, apis) in needed.sorted(by: { $0.key < $1.key }) {
            let quotas = messages.quotas(of: app)
            for (api, count) in apis.sorted(by: { $0.key < $1.key }) {
                let left = quotas.first { $0.api == api }?.quota.left
                forecast.quotas.append(OperationForecast.Quota(app: app, api: api, needed: count, left: left))
            }
        }
        return forecast
    }
}
