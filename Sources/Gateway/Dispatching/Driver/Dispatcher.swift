package import Queueing
import Resilience
import Synchronization
package import Timekeeping
import WeChat
package import WeirPorts

/// Drives the dispatch machine: holds the lock, the clock, the journal and the transport.
///
/// Everything that leaves Weir for WeChat, but for the token requests, leaves through here. What a decision asks for is done after the
/// lock is released, with one exception: writes are handed to the journal under it, because their order there must be the order of the
/// decisions. The journal only queues them.
///
/// Rings: this is ring 1; the transport's and journal's threads call back into `complete` and `committed`.
package final class Dispatcher: Sendable {
    struct State: Sendable {
        var machine: DispatchMachine
        /// By the place that the machine gave each.
        var apps: [AppRuntime] = []
        /// By app: the answers to token requests that its keeper had had when it was asked last.
        var tokenAnswers: [Int: Int] = [:]
        var classes: RetryClassTable
        var calls: [JobID: QueuedCall] = [:]
        /// Relayed calls that wait, without those on their way.
        var room = WaitingRoom()
        var bodies: BodyStore
        /// Of the present change, so that the start of its first attempt can ride in the same commit.
        var acceptance: Acceptance?
        /// Whoever waits for a message's end, by a number of their own.
        var watchers: [JobID: [UInt64: @Sendable () -> Void]] = [:]
        var watcherCount: UInt64 = 0
        var generator: SplitMix64
        var settings: DispatchSettings
        /// Told once the lock is released, before any effect.
        var events: [DispatchEvent] = []
        var effects: [Effect] = []
        /// What left with its app, for whoever keeps count of it.
        var departures: [DispatchMachine.Departure] = []
    }

    /// What is done once the lock is released.
    enum Effect: Sendable {
        case transmit(Lease, Departure)
        /// An attempt is taken back.
        case cancel(CancelSignal)
        case answer(RelayCall, RelayEnd)
    }

    let state: Mutex<State>
    private let ids: Mutex<JobIDGenerator>
    let transport: any Transport
    let journal: any Journal
    let time: any TimeSource
    let observer: any DispatchObserver
    private let timer: Mutex<WakeTimer?> = Mutex(nil)

    package init(
        settings: DispatchSettings,
        transport: any Transport,
        journal: any Journal,
        time: any TimeSource,
        observer: any DispatchObserver,
        seed: UInt64
    ) {
        let classes = RetryClassTable(settings)
        state = Mutex(
            State(
                machine: DispatchMachine(settings.policy(classes)),
                classes: classes,
                bodies: BodyStore(limit: Dispatcher.bodyBytes),
                generator: SplitMix64(seed: seed),
                settings: settings
            )
        )
        ids = Mutex(JobIDGenerator(seed: seed))
        self.transport = transport
        self.journal = journal
        self.time = time
        self.observer = observer
        timer.withLock { $0 = WakeTimer(time: time) { [weak self] in self?.look() } }
    }

    /// Bodies of waiting messages kept in memory at most; the others stay on disk.
    static let bodyBytes = 64 << 20

    /// A fresh id, later than all before.
    package func makeID() -> JobID {
        ids.withLock { $0.next(at: time.timestamp()) }
    }

    // MARK: The one way in

    /// Changes the state, starts what may start, and afterwards does what that asks for.
    @discardableResult
    func update<Value: Sendable>(_ change: (inout State, Moment) -> Value) -> Value {
        let (value, events, effects, wake) = state.withLock { state in
            let now = time.moment()
            let value = change(&state, now)
            let given = state.machine.judgeHanging(at: now, using: &state.generator)
            let actions = state.machine.pump(at: now)
            start(given.isEmpty ? actions : given + actions, in: &state, at: now)
            for move in state.machine.takeTransitions() {
                state.events.append(.breakerMoved(move.transition, breaker: state.name(ofBreaker: move.breaker)))
            }
            remember(in: &state, at: now)
            state.releaseIdleApps(at: now)
            let (events, effects) = (state.events, state.effects)
            state.events = []
            state.effects = []
            return (value, events, effects, state.machine.nextWake(at: now))
        }
        timer.withLock { $0 }?.arm(at: wake)
        for event in events { observer.observe(event) }
        for effect in effects { perform(effect) }
        return value
    }

    /// Changes the state and starts nothing: `look` does that once all is prepared.
    func prepare<Value: Sendable>(_ change: (inout State, Moment) -> Value) -> Value {
        let now = time.moment()
        let (value, events) = state.withLock { state in
            let value = change(&state, now)
            let events = state.events
            state.events = []
            return (value, events)
        }
        for event in events { observer.observe(event) }
        return value
    }

    /// Looks whether time alone has made something ready.
    package func look() {
        update { _, _ in }
    }

    private func start(_ actions: [DispatchAction], in state: inout State, at now: Moment) {
        var starts: [JournalWrite] = []
        var leases: [Lease] = []
        let new = state.acceptance?.message.id
        // Before all else that is written about it.
        acceptPending(in: &state, actions)
        for action in actions {
            switch action {
            case .start(let lease) where lease.job.id == new: continue
            case .start(let lease) where lease.job.isDurable:
                starts.append(startWrite(lease, state.bodies))
                leases.append(lease)
            case .start(let lease):
                guard let departure = state.depart(lease.job.id) else { continue }
                state.effects.append(.transmit(lease, departure))
            case .giveUp(let id):
                if let signal = state.calls[id]?.cancelSignal { state.effects.append(.cancel(signal)) }
            case .refuse(let job, let obstacle):
                endCall(job.id, obstacle: obstacle, in: &state)
            case .expire(let job, let obstacle):
                if job.isDurable {
                    expire(job, in: &state, at: now)
                } else {
                    if obstacle.reason == .rateLimited {
                        state.events.append(.limiterRefused(state.gateName(of: job.lane)))
                    }
                    endCall(job.id, obstacle: obstacle, in: &state)
                }
            }
        }
        guard !starts.isEmpty else { return }
        journal.append(starts) { [self, leases] result in committed(leases, result) }
    }

    func startWrite(_ lease: Lease, _ bodies: BodyStore) -> JournalWrite {
        .start(
            lease.job.id,
            number: lease.number,
            at: lease.startedAt.timestamp,
            needsBody: !bodies.contains(lease.job.id)
        )
    }

    private func endCall(_ id: JobID, obstacle: Obstacle, in state: inout State) {
        guard let queued = state.removeCall(id) else { return }
        state.effects.append(.answer(queued.call, .refused(obstacle, last: queued.last)))
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .transmit(let lease, let departure): transmit(lease, departure)
        case .cancel(let signal): signal.cancel()
        case .answer(let call, let end): call.completion(end)
        }
    }
}
