public import Queueing
public import Resilience
public import Timekeeping
import WeChat

/// What the dispatcher is doing at one instant, for metrics, `/v1/state` and shutdown.
public struct DispatchSnapshot: Sendable {
    /// Something that was stopped: by whom or what, and since when.
    public struct Stop: Equatable, Sendable {
        /// Such as `errcode 45009`, or an operator's own words.
        public var reason: String
        public var since: Timestamp
        /// When it is looked at again; `nil` where an operator decides.
        public var until: Timestamp?
    }

    public struct Breaker: Sendable {
        public var name: String
        public var app: String
        public var group: String
        public var state: BreakerState
        public var mode: BreakerMode
        public var retryAfter: Duration?
        /// Why it is not closed, or was forced; `until` says nothing here.
        public var stop: Stop?
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
        /// 45009 or 45011: nothing of the api leaves.
        public var park: Stop?
        /// WeChat refuses the api: its messages wait.
        public var hold: Stop?
    }

    /// A park of a path that the catalog doesn't know.
    public struct ParkedPath: Sendable {
        public var app: String
        public var path: String
        public var park: Stop
    }

    public struct App: Sendable {
        public var name: String
        public var pause: Stop?
        public var isPaused: Bool { pause != nil }
        public var hold: Stop?
        public var retryBudget: Double
    }

    /// An app that is not configured any more.
    public struct AbsentApp: Equatable, Sendable {
        public var name: String
        /// Since when; at the latest since the start.
        public var since: Timestamp
        /// Messages that wait for its return.
        public var messages: Int
    }

    public var breakers: [Breaker]
    public var gates: [Gate]
    public var apps: [App]
    /// Apps and robots that are not configured any more while messages wait for them, or calls of theirs are in flight.
    public var absentApps: [AbsentApp]
    public var parkedPaths: [ParkedPath]
    public var queue: QueueSnapshot
    public var relayedWaiting: Int
    public var inFlight: Int
    public var isJournalWritable: Bool
    /// Entries of the ledger: what outlives the process.
    public var ledgerEntries: Int
    /// Whether the ledger lacks something of what is told here, as the journal can't be written.
    public var isLedgerBehind: Bool

    init(_ state: Dispatcher.State, at now: Moment) {
        let machine = state.machine
        let present = machine.clock.present(now)
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
                stop: machine.ledger.breakerCauses[index].map { Stop(reason: $0.why, since: $0.since) },
                openDuration: breaker.openDuration(at: now.instant)
            )
        }
        gates = machine.gates.indices.filter { !machine.gates[$0].isVacant }.map { index in
            let gate = machine.gates[index]
            let lane = LaneID(index: index * 2 + 1)
            return Gate(
                app: machine.apps[gate.app].name,
                api: gate.api.label,
                available: gate.bucket.available(at: now.instant),
                limit: gate.bucket.limit,
                waiting: machine.queue.count(in: lane) + machine.queue.count(in: LaneID(index: index * 2)),
                limiterWaits: gate.limiterWaits,
                obstacle: machine.obstacle(of: lane, at: now),
                park: gate.park.flatMap { Stop($0, at: present) },
                hold: gate.hold.map { Stop($0, at: present) }
            )
        }
        let names = machine.apps.filter { $0.isPresent && !$0.isVacant }
        apps = names.map {
            App(
                name: $0.name,
                pause: $0.pause.map { Stop(reason: $0.why, since: $0.since) },
                hold: $0.hold.map { Stop($0, at: present) },
                retryBudget: $0.budget.balance(at: now.instant)
            )
        }
        absentApps = machine.absent.sorted().map { index in
            let app = machine.apps[index]
            let since = app.absentSince ?? now.timestamp
            return AbsentApp(name: app.name, since: since, messages: machine.messagesWaiting(app: index))
        }
        parkedPaths = machine.pathParks.all.compactMap { app, path, park in
            Stop(park, at: present).map { ParkedPath(app: machine.apps[app].name, path: path, park: $0) }
        }
        queue = machine.queue.snapshot
        relayedWaiting = state.room.total.calls
        inFlight = machine.inFlight
        isJournalWritable = machine.journalIsWritable
        ledgerEntries = machine.ledger.count
        isLedgerBehind = machine.ledger.isBehind
    }
}

extension DispatchSnapshot.Stop {
    fileprivate init(_ hold: Hold, at now: SteadyClock.Present) {
        self.init(reason: hold.cause.why, since: hold.cause.since, until: now.wall(at: hold.until))
    }

    /// `nil` where it is over.
    fileprivate init?(_ park: Park, at now: SteadyClock.Present) {
        guard !park.isOver(at: now) else { return nil }
        self.init(reason: park.cause.why, since: park.cause.since, until: park.end.until(at: now))
    }
}
