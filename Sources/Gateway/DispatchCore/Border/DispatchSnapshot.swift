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
        /// When it was stopped.
        public var since: Timestamp
        /// When it is looked at again; `nil` where an operator decides.
        public var until: Timestamp?
    }

    /// A circuit breaker: one for each app, host and api group in use.
    public struct Breaker: Sendable {
        /// `app~host~group`, as `/v1/breakers` takes it.
        public var name: String
        /// The app's name in the configuration.
        public var app: String
        /// The group of apis that it watches, such as `message`.
        public var group: String
        /// What it lets through now.
        public var state: BreakerState
        /// What an operator told it to do; `auto` if nobody did.
        public var mode: BreakerMode
        /// How long a call would have to wait; `nil` if one would be let through now.
        public var retryAfter: Duration?
        /// Why it is not closed, or was forced; `until` says nothing here.
        public var stop: Stop?
        /// Time spent not closed since the start.
        public var openDuration: Duration
    }

    /// An api of an app: its limiter, and what waits for it.
    public struct Gate: Sendable {
        /// The app's name in the configuration.
        public var app: String
        /// The api's label, as metrics have it.
        public var api: String
        /// Permits that could be taken now.
        public var available: Int
        /// The limit in force for the api.
        public var limit: RateLimit
        /// Messages and relayed calls that wait, also those whose time has not come.
        public var waiting: Int
        /// Times the limiter made ready work wait.
        public var limiterWaits: Int
        /// What the api's messages wait for; `nil` for nothing but their turn.
        public var obstacle: Obstacle?
        /// 45009 or 45011: nothing of the api leaves.
        public var park: Stop?
        /// WeChat refuses the api: its messages wait.
        public var hold: Stop?
    }

    /// A park of a path that the catalog doesn't know.
    public struct ParkedPath: Sendable {
        /// The app's name in the configuration.
        public var app: String
        /// The path, beginning with a slash, without a query.
        public var path: String
        /// WeChat's errcode, and until when nothing of the path leaves.
        public var park: Stop
    }

    /// An app that is configured.
    public struct App: Sendable {
        /// Its name in the configuration.
        public var name: String
        /// By which operator's words it was paused, and since when; `nil` if it is not.
        public var pause: Stop?
        /// Whether an operator paused it: its messages wait, its relayed calls are refused.
        public var isPaused: Bool { pause != nil }
        /// WeChat refuses the account or its token: messages wait, relayed calls are refused.
        public var hold: Stop?
        /// Retries that its budget would pay for now.
        public var retryBudget: Double
    }

    /// An app that is not configured any more.
    public struct AbsentApp: Equatable, Sendable {
        /// The name that it had in the configuration.
        public var name: String
        /// Since when; at the latest since the start.
        public var since: Timestamp
        /// Messages that wait for its return.
        public var messages: Int
    }

    /// Every breaker in use.
    public var breakers: [Breaker]
    /// One for each api that an app has been asked for since it was configured.
    public var gates: [Gate]
    /// Every configured app.
    public var apps: [App]
    /// Apps and robots that are not configured any more while messages wait for them, or calls of theirs are in flight.
    public var absentApps: [AbsentApp]
    /// Those whose park is not over.
    public var parkedPaths: [ParkedPath]
    /// How many jobs there are, messages and relayed calls, by priority.
    public var queue: QueueSnapshot
    /// Relayed calls that wait, without those on their way to WeChat.
    public var relayedWaiting: Int
    /// Messages and relayed calls on their way to WeChat.
    public var inFlight: Int
    /// Whether the journal takes writes. If not, no message's attempt begins.
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
