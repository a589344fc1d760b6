public import Queueing
public import Resilience
import Timekeeping
import WeChat

/// What the dispatcher is doing at one instant, for metrics, `/v1/state` and shutdown.
public struct DispatchSnapshot: Sendable {
    public struct Breaker: Sendable {
        public var name: String
        public var app: String
        public var group: String
        public var state: BreakerState
        public var mode: BreakerMode
        public var retryAfter: Duration?
        /// Time spent not closed since the start.
        public var openDuration: Duration
    }

    public struct Gate: Sendable {
        public var app: String
        public var api: String
        public var available: Int
        public var limit: RateLimit
        public var waiting: Int
        /// Times the limiter made ready work wait.
        public var limiterWaits: Int
        public var obstacle: Obstacle?
    }

    public struct App: Sendable {
        public var name: String
        public var isPaused: Bool
        public var hold: String?
        public var retryBudget: Double
    }

    public var breakers: [Breaker]
    public var gates: [Gate]
    public var apps: [App]
    public var queue: QueueSnapshot
    public var relayedWaiting: Int
    public var inFlight: Int
    public var isJournalWritable: Bool

    init(_ state: Dispatcher.State, at now: Moment) {
        let machine = state.machine
        breakers = machine.breakers.indices.filter(machine.isInUse).map { index in
            let breaker = machine.breakers[index]
            let key = machine.breakerKeys[index]
            return Breaker(
                name: state.name(ofBreaker: index),
                app: machine.apps[key.app].name,
                group: key.group,
                state: breaker.state,
                mode: breaker.mode,
                retryAfter: breaker.retryAfter(at: now.instant),
                openDuration: breaker.openDuration(at: now.instant)
            )
        }
        gates = machine.gates.indices.map { index in
            let gate = machine.gates[index]
            let lane = LaneID(index: index * 2 + 1)
            return Gate(
                app: machine.apps[gate.app].name,
                api: gate.api.label,
                available: gate.bucket.available(at: now.instant),
                limit: gate.bucket.limit,
                waiting: machine.queue.count(in: lane) + machine.queue.count(in: LaneID(index: index * 2)),
                limiterWaits: gate.limiterWaits,
                obstacle: machine.obstacle(of: lane, at: now)
            )
        }
        apps = machine.apps.map {
            App(
                name: $0.name,
                isPaused: $0.isPaused,
                hold: $0.hold?.cause,
                retryBudget: $0.budget.balance(at: now.instant)
            )
        }
        queue = machine.queue.snapshot
        relayedWaiting = state.room.total.calls
        inFlight = machine.inFlight
        isJournalWritable = machine.journalIsWritable
    }
}
