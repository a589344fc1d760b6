import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

extension Dispatcher {
    // MARK: Start and end

    /// Brings back one message of an earlier process. What was in flight when that process died may or may not have reached
    /// WeChat: it goes again only where WeChat recognises a repeat, and ends `unknown` otherwise.
    ///
    /// Nothing is started yet: `look` does that once all are back.
    func restore(_ message: AcceptedMessage, interruptedAt: Timestamp?) {
        prepare { state, now in
            let lane = state.lane(
                app: message.app,
                api: message.api,
                isDurable: true,
                limit: message.limit,
                at: now.instant
            )
            var message = message
            message.isAmbiguous = message.isAmbiguous || interruptedAt != nil
            let job = message.job(in: lane, classes: state.classes)
            guard let interruptedAt else { return state.machine.restore(job, at: now) }
            let first = job.firstAttemptAt ?? interruptedAt
            // A first attempt in the future: the clock was set back, and nobody knows how long ago it was.
            let age = now.timestamp - first
            let mayRepeat =
                message.isDeduplicated && age >= .zero && age < state.machine.policy.deduplicationWindow
            if mayRepeat { state.machine.restore(job, at: now) }
            let attempt = AttemptRecord(
                number: message.startedAttempts,
                startedAt: interruptedAt,
                duration: .zero,
                outcome: .unknown,
                errmsg: "Weir stopped while the attempt was in flight"
            )
            let settlement = Settlement(
                state: mayRepeat ? .pending : .unknown,
                at: now.timestamp,
                countedAttempts: Int(job.countedAttempts),
                reason: "interrupted by a restart"
            )
            if !mayRepeat {
                state.events.append(.messageEnded(MessageEnd(job, gate: state.gateName(of: lane), settlement)))
            }
            journal.append([.settle(job.id, attempt, settlement)]) { _ in }
        }
    }

    /// No message's attempt starts any more; relayed calls go on, to their deadlines.
    func drain() {
        update { state, _ in state.machine.isDraining = true }
    }

    /// Whether anything is in flight or a relayed call waits.
    var isBusy: Bool {
        state.withLock { $0.machine.inFlight > 0 || !$0.calls.isEmpty }
    }

    /// The journal can be written again, or not: messages' attempts start or wait accordingly.
    func setJournalWritable(_ isWritable: Bool) {
        let changes = state.withLock { $0.machine.journalIsWritable != isWritable }
        guard changes else { return }
        update { state, _ in state.machine.journalIsWritable = isWritable }
    }

    var isJournalWritable: Bool {
        state.withLock { $0.machine.journalIsWritable }
    }

    // MARK: Operators

    func setPaused(_ isPaused: Bool, app: Int, because why: String) {
        update { state, now in
            state.machine.setPaused(isPaused, app: app, because: Cause(why, since: now.timestamp), at: now)
        }
    }

    /// Forces a breaker or gives it back to its own judgement.
    /// - Returns: false when there is none of that name.
    func force(_ mode: BreakerMode, breaker name: String, because why: String = Cause.byOperator) -> Bool {
        update { state, now in
            let known = state.machine.breakers.indices.first { state.name(ofBreaker: $0) == name }
            guard let index = known else { return false }
            if let transition = state.machine.force(mode, breaker: index, because: why, at: now) {
                state.events.append(.breakerMoved(transition, breaker: name))
            }
            return true
        }
    }

    /// Takes over limits, classes and rules of a new configuration without touching what waits.
    func reload(_ configuration: GatewayConfiguration, apps: [AppRuntime]) {
        update { state, now in
            state.classes.update(configuration.retry)
            state.relay = configuration.relay
            state.upstream = configuration.upstream
            state.apps = apps
            state.machine.update(
                DispatchPolicy(configuration, classes: state.classes),
                at: now,
                limit: { app, api in apps[app].configuration.limit(for: api) },
                host: { app in apps[app].origin }
            )
        }
    }

    // MARK: Numbers

    func snapshot() -> DispatchSnapshot {
        state.withLock { state in DispatchSnapshot(state, at: time.moment()) }
    }
}
