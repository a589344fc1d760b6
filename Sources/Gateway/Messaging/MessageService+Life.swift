import Budgeting
package import Clients
import Dispatching
package import Explaining
package import Intake
public import Queueing
import Synchronization
import Timekeeping
import WeChat
package import WeirPorts

extension MessageService {
    /// A message of this caller's, with what it waits for now.
    package func status(_ text: String, caller: Caller) async throws(MessageRefusal) -> MessageRecord {
        var record = try await own(text, caller: caller)
        annotate(&record)
        return record
    }

    /// What the journal can't know: why a waiting message waits right now.
    package func annotate(_ record: inout MessageRecord) {
        guard record.state == .pending, let (obstacle, outlook) = dispatcher.outlook(of: record.id) else { return }
        record.outlook = outlook
        if obstacle.reason != .scheduled || record.reason == nil {
            record.progress.reason = obstacle.reason.rawValue
        }
        record.progress.nextAt = obstacle.until ?? record.nextAt
    }

    /// A message's life in plain words.
    package func explain(_ text: String, caller: Caller) async throws(MessageRefusal) -> Explanation {
        var facts = dispatcher.facts(about: try await own(text, caller: caller))
        // It has moved on between the two looks: the journal knows by now.
        if facts.record.state == .pending, facts.waiting == nil {
            facts = dispatcher.facts(about: try await own(text, caller: caller))
        }
        var explanation = Explanation(facts)
        explanation.budgets = budgets(of: facts.record)
        return explanation
    }

    /// How the budgets stand in which a message counts today, for people.
    private func budgets(of record: MessageRecord) -> [String] {
        let (charge, now) = (BudgetCharge(record.message), time.timestamp())
        let isOfToday = ChinaTime.dayNumber(of: record.createdAt) == ChinaTime.dayNumber(of: now)
        guard isOfToday, record.source == .client, !record.state.isTerminal || record.startedAttempts > 0 else {
            return []
        }
        return limits.budgets.standings(client: charge.client, app: charge.app, api: charge.api).map(\.sentence)
    }

    private func own(_ text: String, caller: Caller) async throws(MessageRefusal) -> MessageRecord {
        let whose = caller.isOperator ? "no message" : "no message of this client"
        let unknown = MessageRefusal(.notFound, "\(whose) has this id")
        guard let id = JobID(text), let record = try await find(id) else { throw unknown }
        guard caller.name.isEmpty || record.client == caller.name else { throw unknown }
        return record
    }

    package func list(_ filter: MessageFilter, caller: Caller) async throws(MessageRefusal) -> MessagePage {
        var filter = filter
        if !caller.name.isEmpty { filter.client = caller.name }
        filter.isOperators = caller.isOperator
        if let app = filter.app { filter.app = settings(of: caller).directory.app(app)?.name ?? app }
        do {
            var page = try await journal.list(filter)
            for index in page.messages.indices { annotate(&page.messages[index]) }
            return page
        } catch { throw MessageRefusal(error, while: .reading) }
    }

    /// Waits until the message has ended, Weir stops or `duration` is over, and returns it as it then is.
    package func await(_ id: JobID, atMost duration: Duration) async throws(MessageRefusal) -> MessageRecord? {
        let deadline = time.now() + duration
        let once = Once()
        var (watcher, stop): (UInt64?, UInt64?)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            once.arm { continuation.resume() }
            let alarm = WakeTimer(time: time) { once.fire() }
            alarm.arm(at: deadline)
            let end: @Sendable () -> Void = {
                alarm.stop()
                once.fire()
            }
            watcher = dispatcher.whenEnded(id, end)
            stop = stopping.whenSent(end)
        }
        if let watcher { dispatcher.forget(watcher, of: id) }
        if let stop { stopping.forget(stop) }
        guard var record = try await find(id) else { return nil }
        annotate(&record)
        return record
    }

    package func cancel(_ text: String, caller: Caller) async throws(MessageRefusal) -> MessageRecord {
        let record = try await own(text, caller: caller)
        guard !record.state.isTerminal else {
            throw MessageRefusal(.wrongState, "the message has ended: it is \(record.state.name)")
        }
        // The journal keeps such facts until it can write them: the caller would wait as long.
        if let failure = journal.status().failure { throw MessageRefusal(failure, while: .changing) }
        let result = await withCheckedContinuation { continuation in
            dispatcher.cancel(record.id, because: caller.cancelling) { continuation.resume(returning: $0) }
        }
        switch result {
        case .success(true): return try await find(record.id) ?? record
        case .success(false):
            throw MessageRefusal(
                .wrongState,
                "an attempt is in flight: ask again when it has ended",
                retryAfter: .seconds(5)
            )
        case .failure(let error): throw MessageRefusal(error, while: .changing)
        }
    }

    /// Sets an ended message back to waiting. `unknown` needs `force`, because the first attempt may have arrived.
    package func redrive(_ text: String, force: Bool, caller: Caller) async throws(MessageRefusal) -> MessageRecord {
        let record = try await own(text, caller: caller)
        return try await redrive(record.id, force: force, caller: caller)
    }

    private func checkRedrive(of state: JobState, force: Bool) throws(MessageRefusal) {
        switch state {
        case .dead, .failed: return
        case .unknown where force: return
        case .unknown:
            throw MessageRefusal(
                .wrongState,
                "its last attempt may have arrived: sending it again may show it twice, which needs force=true"
            )
        case .pending, .sending, .sent, .delivered, .expired, .cancelled:
            throw MessageRefusal(
                .wrongState,
                "only dead, failed and unknown messages can be redriven, this one is \(state.name)"
            )
        }
    }

    /// An operator lends nobody a permission: what a client may not send is not sent for it. One that is no client any more has no rule.
    private func checkMayRedrive(_ record: MessageRecord, caller: Caller) throws(MessageRefusal) {
        let sender = caller.isOperator ? Caller(name: record.message.client) : caller
        guard !caller.isOperator || settings(of: sender).directory.client(sender) != nil else { return }
        try checkMayCall(record.type, body: record.body, caller: sender)
    }

    /// Whether one of several may go.
    func checkBulkRedrive(of record: MessageRecord, caller: Caller) throws(MessageRefusal) {
        try checkRedrive(of: record.state, force: false)
        try checkMayRedrive(record, caller: caller)
        try intake.checkRedrive(of: record)
    }

    /// One redrive of a message at a time: a second one finds it waiting.
    func redrive(_ id: JobID, force: Bool, caller: Caller) async throws(MessageRefusal) -> MessageRecord {
        try await redrives.enter(id, for: "")
        defer { redrives.leave(id) }
        guard let record = try await find(id) else { throw MessageRefusal(.notFound, "the message is gone") }
        try checkRedrive(of: record.state, force: force)
        try checkMayRedrive(record, caller: caller)
        return try await intake.redrive(record)
    }
}

extension MessageService {
    /// Redrives a page of dead and failed messages.
    package func redriveAll(_ filter: MessageFilter, caller: Caller) async throws(MessageRefusal) -> RedriveResult {
        var filter = filter
        let allowed: [JobState] = [.dead, .failed]
        filter.states = filter.states.isEmpty ? [.dead] : filter.states
        guard filter.states.allSatisfy(allowed.contains) else {
            throw MessageDraft.invalid("state", "must be dead or failed: the others can't be redriven in bulk")
        }
        let page = try await list(filter, caller: caller)
        var result = RedriveResult(redriven: 0, skipped: 0, next: page.next)
        var last: JobID?
        for summary in page.messages {
            if stopping.isSent {
                guard let last else {
                    throw MessageRefusal(.shuttingDown, "Weir is shutting down", retryAfter: .seconds(5))
                }
                // What was not looked at is left to whoever goes on from here.
                result.next = last
                break
            }
            last = summary.id
            do throws(MessageRefusal) {
                _ = try await redrive(summary.id, force: false, caller: caller)
                result.redriven += 1
            } catch {
                // One whose client has nothing left of its budget is passed over: the others are not to wait for it.
                guard [.wrongState, .notFound, .forbidden, .budgetExceeded].contains(error.reason) else { throw error }
                result.skipped += 1
            }
        }
        return result
    }
}

/// What a bulk redrive did.
public struct RedriveResult: Sendable {
    /// Messages that wait again.
    public var redriven: Int
    /// Matched, but could not be redriven: no body, no app, or nothing left of the client's budget.
    public var skipped: Int
    /// Where the next page begins; `nil` when no more match.
    public var next: JobID?
}

/// Something that is done by whoever comes first, and only once.
final class Once: Sendable {
    private struct State {
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    func arm(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.action = action }
    }

    func fire() {
        state.withLock { $0.action.take() }?()
    }
}

/// Tells those who wait that Weir stops, so that they answer with what is known instead of holding the stop up.
final class StopSignal: Sendable {
    private struct State {
        var actions: [UInt64: @Sendable () -> Void] = [:]
        var count: UInt64 = 0
        var isSent = false
    }

    private let state = Mutex(State())

    var isSent: Bool { state.withLock { $0.isSent } }

    /// Has `action` called when the signal comes, or at once when it has come.
    ///
    /// - Returns: what ``forget(_:)`` takes back by.
    func whenSent(_ action: @escaping @Sendable () -> Void) -> UInt64 {
        let (number, isTooLate) = state.withLock { state in
            state.count += 1
            if !state.isSent { state.actions[state.count] = action }
            return (state.count, state.isSent)
        }
        if isTooLate { action() }
        return number
    }

    func forget(_ number: UInt64) {
        state.withLock { $0.actions[number] = nil }
    }

    func send() {
        let actions = state.withLock { state in
            defer { state.actions = [:] }
            state.isSent = true
            return Array(state.actions.values)
        }
        for action in actions { action() }
    }
}
