import Queueing
package import Resilience
import Synchronization
import Timekeeping
import WeChat

extension Dispatcher {
    // MARK: Start and end

    /// No message's attempt starts any more; relayed calls go on, to their deadlines.
    package func drain() {
        update { state, _ in state.machine.isDraining = true }
    }

    /// Whether anything is in flight or a relayed call waits.
    package var isBusy: Bool {
        state.withLock { $0.machine.inFlight > 0 || !$0.calls.isEmpty }
    }

    /// The journal can be written again, or not: messages' attempts start or wait accordingly.
    package func setJournalWritable(_ isWritable: Bool) {
        let changes = state.withLock { $0.machine.journalIsWritable != isWritable }
        guard changes else { return }
        update { state, _ in state.machine.journalIsWritable = isWritable }
    }

    package var isJournalWritable: Bool {
        state.withLock { $0.machine.journalIsWritable }
    }

    // MARK: Operators

    /// - Returns: false when there is no app of that name.
    package func setPaused(_ isPaused: Bool, app name: String, because why: String) -> Bool {
        update { state, now in
            guard let app = state.machine.app(named: name), state.machine.apps[app].isPresent else { return false }
            state.machine.setPaused(isPaused, app: app, because: Cause(why, since: now.timestamp), at: now)
            return true
        }
    }

    /// Forces a breaker or gives it back to its own judgement.
    /// - Returns: false when there is none of that name.
    package func force(_ mode: BreakerMode, breaker name: String, because why: String = Cause.byOperator) -> Bool {
        update { state, now in
            let known = state.machine.breakers.indices.first {
                state.machine.isInUse(breaker: $0) && state.name(ofBreaker: $0) == name
            }
            guard let index = known else { return false }
            if let transition = state.machine.force(mode, breaker: index, because: why, at: now) {
                state.events.append(.breakerMoved(transition, breaker: name))
            }
            return true
        }
    }

    // MARK: Numbers

    package func snapshot() -> DispatchSnapshot {
        state.withLock { state in DispatchSnapshot(state, at: time.moment()) }
    }
}
