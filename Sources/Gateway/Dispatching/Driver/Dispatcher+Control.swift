package import Queueing
package import Resilience
import Synchronization
import Timekeeping
package import WeirPorts

extension Dispatcher {
    // MARK: Start and end

    /// Takes back what an earlier process decided. Called once, before any work comes: nothing may leave that must not.
    package func takeBack(_ entries: [LedgerEntry]) {
        guard !entries.isEmpty else { return }
        let (facts, unread) = prepare { state, now in state.machine.takeBack(entries, at: now) }
        observer.observe(.ledgerRead(facts: facts, unread: unread))
    }

    /// No message's attempt starts any more; relayed calls go on, to their deadlines.
    package func drain() {
        update { state, _ in state.machine.isDraining = true }
    }

    /// Whether anything is in flight or a relayed call waits.
    package var isBusy: Bool {
        state.withLock { $0.machine.inFlight > 0 || !$0.calls.isEmpty }
    }

    // MARK: The journal

    /// The journal can be written again, or not: messages' attempts start or wait accordingly.
    package func setJournalWritable(_ isWritable: Bool) {
        let changes = state.withLock { $0.machine.journalIsWritable != isWritable }
        guard changes else { return }
        update { state, _ in state.machine.journalIsWritable = isWritable }
    }

    package var isJournalWritable: Bool {
        state.withLock { $0.machine.journalIsWritable }
    }

    /// Whether all that was decided before this call is on disk. Returns when the journal has answered.
    package func isWritten() async -> Bool {
        let isSynced = (try? await journal.append([])) != nil
        return isSynced && state.withLock { !$0.machine.isLedgerBehind }
    }

    /// Says that decisions found no room in the ledger.
    package func tellOfFullLedger() {
        let refused = state.withLock { $0.machine.takeRefusedFacts() }
        if refused > 0 { observer.observe(.ledgerFull(refused: refused)) }
    }

    // MARK: Operators

    /// - Returns: false when there is no app of that name.
    package func setPaused(_ isPaused: Bool, app name: String, because why: String) -> Bool {
        update { state, now in
            guard let app = state.machine.presentApp(named: name) else { return false }
            state.machine.setPaused(isPaused, app: app, because: Cause(why, since: now.timestamp), at: now)
            return true
        }
    }

    /// Forces a breaker or gives it back to its own judgement.
    ///
    /// - Parameter who: the operator who does it, for the log.
    /// - Returns: false when there is none of that name.
    package func force(
        _ mode: BreakerMode,
        breaker name: String,
        because why: String = Cause.byOperator,
        by who: String? = nil
    ) -> Bool {
        update { state, now in
            guard let breaker = state.machine.breaker(named: name) else { return false }
            if let transition = state.machine.force(mode, breaker: breaker, because: why, at: now) {
                state.due.events.append(.breakerMoved(transition, breaker: name, by: who))
            }
            return true
        }
    }

    // MARK: Numbers

    /// Whether so many messages could wait besides, with a tenth of the room left to others.
    package func hasRoom(for count: Int) -> Bool {
        state.withLock { $0.machine.hasRoom(for: count) }
    }

    package func snapshot() -> DispatchSnapshot {
        state.withLock { $0.machine.snapshot(relayedWaiting: $0.room.total.calls, at: time.moment()) }
    }

    /// The same with what became of promises since this was asked last: for whoever keeps count of them.
    package func collect() -> DispatchCollection {
        state.withLock { state in
            let now = time.moment()
            let promises = state.machine.takePromises(at: now)
            let calls = state.machine.takeCalls()
            let snapshot = state.machine.snapshot(relayedWaiting: state.room.total.calls, at: now)
            return DispatchCollection(snapshot: snapshot, promises: promises, calls: calls, room: DispatchRoom(state))
        }
    }
}

/// What is so now, and what became of promises since the last collection.
package struct DispatchCollection: Sendable {
    package var snapshot: DispatchSnapshot
    /// Of clients' messages.
    package var promises: [DispatchMachine.Promises]
    /// Of relayed calls, by the app's name: whether their callers got WeChat's word.
    package var calls: [(app: String, tally: PromiseTally)]
    package var room: DispatchRoom
}
