import Synchronization
package import Timekeeping
package import WeirPorts

/// The clients' daily budgets. Drives `BudgetMachine`: holds the lock, the clock and the journal.
///
/// Counts are written down ahead of what is used: see `BudgetCounter`. Writes are handed to the journal under the lock, as their order
/// there must be the order of the counts; the journal only queues them.
package final class BudgetBook: Sendable {
    private let state: Mutex<BudgetMachine>
    /// Whether any client has a budget: whoever finds none asks for no lock.
    private let isInUse: Atomic<Bool>
    let journal: any Journal
    private let observer: any BudgetObserver
    private let time: any TimeSource

    /// - Parameter budgets: by client.
    package init(
        _ budgets: [String: [BudgetConfiguration]],
        journal: any Journal,
        observer: any BudgetObserver,
        time: any TimeSource
    ) {
        var machine = BudgetMachine()
        machine.configure(budgets, at: time.timestamp())
        isInUse = Atomic(!machine.isEmpty)
        state = Mutex(machine)
        self.journal = journal
        self.observer = observer
        self.time = time
    }

    /// Takes over what a reload changed.
    package func reload(_ budgets: [String: [BudgetConfiguration]]) {
        let now = time.timestamp()
        state.withLock { machine in
            machine.configure(budgets, at: now)
            isInUse.store(!machine.isEmpty, ordering: .relaxed)
        }
    }

    /// Takes back what an earlier process wrote down. Called once, before anything is charged.
    ///
    /// - Returns: the entries that are not this book's.
    package func takeBack(_ entries: [LedgerEntry]) -> [LedgerEntry] {
        var others = entries
        let own = others.partition { BudgetFact.isName($0.name) }
        let now = time.timestamp()
        state.withLock { $0.restore(others[own...].compactMap(BudgetFact.init), at: now) }
        return Array(others[..<own])
    }

    /// Whether no client has a budget.
    package var isIdle: Bool { !isInUse.load(ordering: .relaxed) }

    // MARK: Counting

    /// How long a call waits for the disk that may go without it.
    static let patience = Duration.milliseconds(100)

    /// Counts one call or message, in every budget that it belongs to, and returns when the journal has enough of that.
    ///
    /// - Parameter needsJournal: whether one that the journal can't be told of must not go. Any other waits a moment at the most; what
    ///   went without is lost with a crash.
    /// - Returns: when it was taken, for `giveBack`; `nil` where no budget counts it.
    /// - Throws: where a budget is used up, or the journal can't be written.
    package func charge(
        client: String,
        app: String,
        api: String,
        needsJournal: Bool
    ) async throws(BudgetRefusal) -> BudgetCharge? {
        guard !isIdle else { return nil }
        let charge = BudgetCharge(client: client, app: app, api: api, at: time.timestamp())
        let result = await withCheckedContinuation { continuation in
            guard !needsJournal else { return take(charge) { continuation.resume(returning: $0) } }
            let race = ChargeRace { continuation.resume(returning: $0) }
            take(charge) { race.end($0) }
            race.end(at: time.now() + BudgetBook.patience, of: time)
        }
        switch result {
        case .success(let isCounted): return isCounted ? charge : nil
        case .failure(.journal(let error)):
            guard needsJournal else { return charge }
            giveBack(charge)
            throw .journal(error)
        case .failure(let refusal): throw refusal
        }
    }

    private func take(
        _ charge: BudgetCharge,
        completion: @escaping @Sendable (Result<Bool, BudgetRefusal>) -> Void
    ) {
        let (news, now) = state.withLock { machine -> ([BudgetNews], Result<Bool, BudgetRefusal>?) in
            let verdict = machine.charge(client: charge.client, app: charge.app, api: charge.api, at: charge.at)
            var result: Result<Bool, BudgetRefusal>?
            switch verdict {
            case .free: result = .success(false)
            case .refused(let standing): result = .failure(.usedUp(standing))
            case .taken(let mustWait):
                if mustWait {
                    write(machine.takeMarks()) { completion($0.map { true }.mapError(BudgetRefusal.journal)) }
                } else {
                    write(machine.takeMarks()) { _ in }
                    result = .success(true)
                }
            }
            return (machine.takeNews(), result)
        }
        for one in news { observer.observe(one) }
        if let now { completion(now) }
    }

    /// Under the lock, so that a later count is written later.
    private func write(
        _ marks: [BudgetMark],
        completion: @escaping @Sendable (Result<Void, JournalError>) -> Void
    ) {
        let at = time.timestamp()
        let writes = marks.compactMap { mark in
            BudgetFact.used(mark.key, count: mark.count, since: mark.since, dayEnds: mark.dayEnds).entry(at: at)
                .map(JournalWrite.remember)
        }
        guard !writes.isEmpty else { return completion(.success(())) }
        journal.append(writes) { [self] result in
            let succeeded = (try? result.get()) != nil
            state.withLock { $0.written(marks, succeeded: succeeded) }
            completion(result.map { _ in })
        }
    }

    /// Whether a budget of any client counts such a message.
    package func mayCount(app: String, api: String) -> Bool {
        !isIdle && state.withLock { $0.counts(app: app, api: api) }
    }

    /// WeChat was not asked for it.
    package func giveBack(_ charge: BudgetCharge) {
        guard !isIdle else { return }
        let now = time.timestamp()
        state.withLock { machine in
            machine.giveBack(
                client: charge.client,
                app: charge.app,
                api: charge.api,
                takenAt: charge.at,
                at: now
            )
        }
    }

    // MARK: Asking and changing

    /// How the budgets stand that may count such a call, or all of them.
    package func standings(client: String? = nil, app: String? = nil, api: String? = nil) -> [BudgetStanding] {
        guard !isIdle else { return [] }
        let now = time.timestamp()
        return state.withLock { $0.standings(client: client, app: app, api: api, at: now) }
    }

    /// Gives a budget another limit for a time, in the place of an earlier one.
    ///
    /// - Returns: how it stands, and whether that is on disk.
    package func raise(
        client: String,
        app: String?,
        api: String,
        to raise: BudgetRaise
    ) async throws(BudgetRaiseProblem) -> (standing: BudgetStanding, isKept: Bool) {
        let now = time.timestamp()
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Raised, Never>) in
            let (news, result) = state.withLock { machine -> ([BudgetNews], Raised?) in
                do throws(BudgetRaiseProblem) {
                    let (standing, entry) = try machine.raise(client: client, app: app, api: api, to: raise, at: now)
                    guard let entry else { return (machine.takeNews(), .success((standing, false))) }
                    // Under the lock, so that a later raise is written later.
                    journal.append([.remember(entry)]) { written in
                        continuation.resume(returning: .success((standing, (try? written.get()) != nil)))
                    }
                    return (machine.takeNews(), nil)
                } catch {
                    return (machine.takeNews(), .failure(error))
                }
            }
            for one in news { observer.observe(one) }
            if let result { continuation.resume(returning: result) }
        }
        return try result.get()
    }

    private typealias Raised = Result<(standing: BudgetStanding, isKept: Bool), BudgetRaiseProblem>

    /// To be called about once a second while the journal can be written.
    package func keepHouse() {
        let now = time.timestamp()
        let news = state.withLock { machine in
            machine.keepHouse(at: now)
            write(machine.takeMarks()) { _ in }
            let lapses = machine.takeLapsed()
            if !lapses.isEmpty {
                journal.append(lapses.map { .forget($0.name) }) { [self] result in
                    if case .failure = result { state.withLock { $0.notErased(lapses) } }
                }
            }
            return machine.takeNews()
        }
        for one in news { observer.observe(one) }
    }

    /// Writes the counts as they are, so that nothing of a block is lost with a process that ends in peace. Returns when that is on disk.
    package func settle() async {
        guard !isIdle else { return }
        let now = time.timestamp()
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            state.withLock { machine in
                machine.settle(at: now)
                write(machine.takeMarks()) { _ in continuation.resume() }
            }
        }
    }
}

/// A call or message that was counted.
package struct BudgetCharge: Sendable {
    package let client: String
    package let app: String
    package let api: String
    /// When it was taken.
    package let at: Timestamp

    package init(client: String, app: String, api: String, at: Timestamp) {
        self.client = client
        self.app = app
        self.api = api
        self.at = at
    }
}

/// Why a call or message may not go.
package enum BudgetRefusal: Error, Sendable {
    /// This budget has nothing left.
    case usedUp(BudgetStanding)
    /// What was counted could not be written down.
    case journal(JournalError)
}
