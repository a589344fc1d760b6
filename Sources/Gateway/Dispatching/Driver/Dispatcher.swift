package import Budgeting
package import Queueing
import Resilience
package import Suppressing
import Synchronization
package import Timekeeping
import WeChat
package import WeirPorts

/// Drives the dispatch machine: holds the lock, the clock, the journal and the transport.
///
/// Everything that leaves Weir for WeChat, but for the token requests, leaves through here. What is decided under the lock is
/// `DispatchState`'s; what a decision asks for is done here after the lock is released. With one exception: writes are handed to the
/// journal under it, because their order there must be the order of the decisions. The journal only queues them, and answers later, on
/// a thread of its own, as the transport does.
package final class Dispatcher: Sendable {
    let state: Mutex<DispatchState>
    private let ids: Mutex<JobIDGenerator>
    let transport: any Transport
    let journal: any Journal
    let time: any TimeSource
    let observer: any DispatchObserver
    let suppressions: SuppressionBook
    let budgets: BudgetBook
    let givingBack: GiveBackLine
    private let timer: Mutex<WakeTimer?> = Mutex(nil)

    package init(
        settings: DispatchSettings,
        transport: any Transport,
        journal: any Journal,
        time: any TimeSource,
        observer: any DispatchObserver,
        suppressions: SuppressionBook,
        budgets: BudgetBook,
        seed: UInt64
    ) {
        state = Mutex(DispatchState(settings, seed: seed))
        ids = Mutex(JobIDGenerator(seed: seed))
        self.transport = transport
        self.journal = journal
        self.time = time
        self.observer = observer
        self.suppressions = suppressions
        self.budgets = budgets
        givingBack = GiveBackLine(journal: journal, budgets: budgets, executor: time.executor)
        timer.withLock { $0 = WakeTimer(time: time) { [weak self] in self?.look() } }
    }

    /// A fresh id, later than all before.
    package func makeID() -> JobID {
        ids.withLock { $0.next(at: time.timestamp()) }
    }

    // MARK: Messages

    /// Takes a message into the queue and the journal. `completion` hears when it is synced, or why it could not be taken. `counts` are
    /// written in the same commit. Where a permit is free at once, the attempt's start rides in the commit of the acceptance.
    package func accept(
        _ message: Message,
        _ content: MessageContent,
        with counts: [JournalWrite] = [],
        completion: @escaping @Sendable (Result<Void, AcceptFailure>) -> Void
    ) {
        let api = message.type.descriptor
        let new = DispatchState.Acceptance(message: message, content: content, completion: completion, counts: counts)
        let refusal = update { state, now in state.accept(new, api, at: now) }
        if let refusal { completion(.failure(refusal)) }
    }

    /// An ended message that the journal has just set back to `pending` waits again.
    package func readmit(_ message: Message, _ progress: MessageProgress) {
        let api = message.type.descriptor
        update { state, now in state.readmit(message, progress, api, at: now) }
    }

    /// Brings back messages of an earlier process. Nothing is started yet: `look` does that once all are back.
    package func restore(_ restored: [RestoredMessage]) {
        prepare { state, now in
            for message in restored { state.restore(message, message.message.type.descriptor, at: now) }
        }
    }

    /// All that an earlier process left is back: what may start, starts.
    package func endRestore() {
        update { state, now in state.machine.endRestore(at: now) }
    }

    /// Takes a waiting message out for good.
    package func cancel(
        _ id: JobID,
        because reason: String = "cancelled by its client",
        completion: @escaping @Sendable (Result<Bool, JournalError>) -> Void
    ) {
        let isGone = update { state, now in state.cancel(id, because: reason, at: now) { completion($0.map { true }) } }
        if !isGone { completion(.success(false)) }
    }

    /// What a waiting message waits for; `nil` when it does not wait here.
    package func waiting(_ id: JobID) -> Obstacle? {
        state.withLock { $0.machine.obstacle(of: id, at: time.moment()) }
    }

    /// What a waiting message waits for, and when it will probably go; `nil` when it does not wait here.
    package func outlook(of id: JobID) -> (obstacle: Obstacle, outlook: MessageOutlook)? {
        state.withLock { $0.machine.outlook(of: id, at: time.moment()) }
    }

    /// What is known of a message, from one look.
    package func facts(about record: MessageRecord) -> MessageFacts {
        let api = record.type.descriptor
        var facts = state.withLock { state in
            let policy = state.classes.policy(record.retryClass)
            return state.machine.explain(record, api, policy: policy, at: time.moment())
        }
        if record.source == .client {
            facts.suppressed = suppressions.find(app: record.app, record.type, record.body, at: facts.now)
        }
        return facts
    }

    /// Calls `action` once when the message has ended and its end is on disk; soon when it is not waiting or in flight here.
    ///
    /// - Returns: what `forget` takes back by.
    @discardableResult
    package func whenEnded(_ id: JobID, _ action: @escaping @Sendable () -> Void) -> UInt64 {
        let number = state.withLock { state -> UInt64? in
            state.machine.job(id) == nil ? nil : state.watchers.add(action, of: id)
        }
        // Its end may have been decided and not be on disk yet: it is then among what is committed before this.
        if number == nil { journal.append([]) { _ in action() } }
        return number ?? 0
    }

    /// Nobody waits for a message's end any more.
    package func forget(_ number: UInt64, of id: JobID) {
        state.withLock { $0.watchers.forget(number, of: id) }
    }

    // MARK: Calls

    /// Queues a relayed call. `completion` is called once, also when there is no room, or when its turn would come too late.
    /// - Returns: the id with which the call can be hung up; `nil` when it has already ended.
    package func relay(_ call: RelayCall, priority: Priority, retryClass: String) -> JobID? {
        let id = makeID()
        let end = update { state, now in state.queue(call, as: id, priority, retryClass: retryClass, at: now) }
        guard let end else { return id }
        call.completion(end)
        return nil
    }

    /// A call of an app was refused before it came here, for reasons of Weir's own.
    package func turnedAway(app slot: AppSlot) {
        state.withLock { state in
            if state.machine.isPresent(slot) { state.machine.countCall(isKept: false, app: slot.place) }
        }
    }

    /// The caller is gone.
    package func hangUp(_ id: JobID) {
        update { state, now in state.hangUp(id, at: now) }
    }

    // MARK: The one way in

    /// Changes the state, starts what may start, and afterwards does what that asks for.
    @discardableResult
    func update<Value: Sendable>(_ change: (inout DispatchState, Moment) -> Value) -> Value {
        prepare { state, now in
            let value = change(&state, now)
            state.proceed(at: now)
            return value
        }
    }

    /// Changes the state and starts nothing: `look` does that once all is prepared.
    func prepare<Value: Sendable>(_ change: (inout DispatchState, Moment) -> Value) -> Value {
        let (value, due) = state.withLock { state in
            let value = change(&state, time.moment())
            for write in state.due.writes { hand(write) }
            return (value, state.takeDue())
        }
        timer.withLock { $0 }?.arm(at: due.wake)
        for event in due.events { observer.observe(event) }
        for effect in due.effects { perform(effect) }
        return value
    }

    /// Looks whether time alone has made something ready.
    package func look() {
        update { _, _ in }
    }

    private func perform(_ effect: Consequences.Effect) {
        switch effect {
        case .transmit(let lease, let departure): transmit(lease, departure)
        case .cancel(let signal): signal.cancel()
        case .answer(let call, let end): call.completion(end)
        case .unused(let message): giveBack(message)
        }
    }

    // MARK: The journal

    private func hand(_ write: Consequences.Write) {
        guard case .nothing = write.sequel else {
            return journal.append(write.writes) { [self, sequel = write.sequel] in
                learn($0)
                follow(sequel, $0)
                tell($0)
            }
        }
        journal.append(write.writes) { [self] in
            learn($0)
            tell($0)
        }
    }

    /// Before anybody is told of an end: who sends again at once is to meet what it has changed.
    private func learn(_ result: Result<JournalReceipt, JournalError>) {
        if case .success(let receipt) = result { suppressions.take(receipt.suppressions) }
    }

    /// Of receipts that were there before their messages' answers.
    private func tell(_ result: Result<JournalReceipt, JournalError>) {
        guard case .success(let receipt) = result, !receipt.receipts.isEmpty else { return }
        observer.observe(.receiptsFound(receipt.receipts))
    }

    /// The journal has answered.
    private func follow(_ sequel: Consequences.Sequel, _ result: Result<JournalReceipt, JournalError>) {
        switch sequel {
        case .nothing: break
        case .accepted(let id, let started, let collapsing, let completion):
            accepted(id, started, collapsing, result, completion)
        case .started(let leases): committed(leases, result)
        case .ended(let watchers, let completion, let unused):
            ended(watchers, completion, unused, result)
        case .remembered(let writes): remembered(writes, result)
        }
    }

    private func accepted(
        _ id: JobID,
        _ started: [Lease],
        _ collapsing: Consequences.Collapsing?,
        _ result: Result<JournalReceipt, JournalError>,
        _ completion: @Sendable (Result<Void, AcceptFailure>) -> Void
    ) {
        switch result {
        case .success:
            if let collapsing {
                for watcher in update({ state, now in state.finish(collapsing, of: id, at: now) }) { watcher() }
            }
            completion(.success(()))
            committed(started, result)
        case .failure(let error):
            discard(id, collapsing?.replaced)
            completion(.failure(.journal(error)))
        }
    }

    /// The starts of these attempts are on disk, or can't be put there.
    private func committed(_ leases: [Lease], _ result: Result<JournalReceipt, JournalError>) {
        switch result {
        case .success(let receipt):
            for lease in leases { transmit(lease, stored: receipt.bodies[lease.job.id]) }
        case .failure:
            update { state, now in
                state.machine.journalIsWritable = false
                for lease in leases { state.putBack(lease, at: now) }
            }
        }
    }

    /// What was decided holds also where it could not be written, and is written when the journal can be.
    private func remembered(_ writes: LedgerWrites, _ result: Result<JournalReceipt, JournalError>) {
        switch result {
        case .success: state.withLock { $0.machine.ledgerWasWritten() }
        case .failure(let error):
            update { state, _ in
                state.machine.ledgerWasNotWritten(writes)
                state.machine.journalIsWritable = false
            }
            observer.observe(.ledgerNotWritten(error))
        }
    }
}

/// Why a message was not taken.
package enum AcceptFailure: Error, Equatable, Sendable {
    /// As many messages wait as may.
    case queueFull
    /// No app of its name is configured, or not any more.
    case noApp
    /// It could not be put on disk.
    case journal(JournalError)
}
