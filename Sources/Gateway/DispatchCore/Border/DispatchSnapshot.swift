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
        /// What WeChat's "too fast" (45011) has left of the configured limit: above 0 and below 1; `nil` where all of it is in force.
        public var slowedTo: Double?
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
        /// WeChat's daily quota of the api; `nil` where WeChat counts none, and before the first call.
        public var quota: Quota?
    }

    /// What of an api's daily quota is used.
    public struct Quota: Equatable, Sendable {
        /// Calls of the day so far, as Weir counts them and WeChat sets it right.
        public var used: Int
        /// Calls that the day has; `nil` where nobody has said so yet.
        public var limit: Int?
        /// Of what is left: kept for `urgent` and `high`.
        public var reserve: Int
        /// When calls are counted anew: Shanghai's midnight.
        public var reset: Timestamp
        /// How long the rest lasts at the present pace; `nil` where it lasts until then, or nobody knows.
        public var exhaustion: Duration?

        /// Calls that are left; `nil` where the limit is not known.
        public var left: Int? { limit.map { max(0, $0 - used) } }
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

    /// One of the places where an app's calls can go.
    public struct Host: Equatable, Sendable {
        /// Scheme and authority.
        public var name: String
        /// What its breakers let through: the least of what one of them does.
        public var breaker: BreakerState
        /// Whether calls go there.
        public var isInUse: Bool
    }

    /// An app that is configured.
    public struct App: Sendable {
        /// Its name in the configuration.
        public var name: String
        /// Its hosts, the preferred one first.
        public var hosts: [Host]
        /// Groups of its apis whose calls go to another host than the preferred one.
        public var detours: Int
        /// By which operator's words it was paused, and since when; `nil` if it is not.
        public var pause: Stop?
        /// Whether an operator paused it: its messages wait, its relayed calls are refused.
        public var isPaused: Bool { pause != nil }
        /// WeChat refuses the account or its token: messages wait, relayed calls are refused.
        public var hold: Stop?
        /// Until when its quiet hours are, while they are.
        public var quietUntil: Timestamp?
        /// Retries that its budget would pay for now.
        public var retryBudget: Double
        /// Whether WeChat was ever asked anything for it.
        public var hasTried: Bool
        /// When the first of its attempts, or requests for a token, found WeChat sick or out of reach after which none has got
        /// through; `nil` while the last one did.
        public var failingSince: Timestamp?
    }

    /// What of an app's work of one priority is there.
    public struct Load: Equatable, Sendable {
        /// The app's name in the configuration.
        public var app: String
        /// The priority that the work was given.
        public var priority: Priority
        /// Messages and relayed calls, by what they wait for.
        public var counts: QueueCounts
        /// Since when the oldest of its clients' messages is due that is not sent; `nil` where there is none.
        public var oldestUnsent: Timestamp?
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
    /// The same by app, of those that have any, by name and priority.
    public var loads: [Load]
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
}

extension DispatchMachine {
    /// What is so now.
    ///
    /// - Parameter relayedWaiting: relayed calls that wait, as the driver counts them.
    package func snapshot(relayedWaiting: Int, at now: Moment) -> DispatchSnapshot {
        let present = clock.present(now)
        return DispatchSnapshot(
            breakers: breakers.taken.filter { breakers[$0].isInUse || breakers[$0].circuit.mode != .auto }
                .map { snapshot($0, at: now.instant) },
            gates: gates.taken.map { snapshot($0, at: present) },
            apps: apps.taken.filter { apps[$0].isPresent }.map { snapshot($0, at: present) },
            absentApps: absent.sorted { $0.index < $1.index }
                .map { app in
                    let since = apps[app].absentSince ?? now.timestamp
                    let messages = messagesWaiting(app: app)
                    return DispatchSnapshot.AbsentApp(name: apps[app].name, since: since, messages: messages)
                },
            parkedPaths: pathParks.all.compactMap { app, path, park in
                let stop = DispatchSnapshot.Stop(park, at: present)
                return stop.map { DispatchSnapshot.ParkedPath(app: apps[app].name, path: path, park: $0) }
            },
            queue: queue.snapshot,
            loads: loads,
            relayedWaiting: relayedWaiting,
            inFlight: inFlight,
            isJournalWritable: journalIsWritable,
            ledgerEntries: ledger.count,
            isLedgerBehind: ledger.isBehind
        )
    }

    private func snapshot(_ id: BreakerID, at now: Instant) -> DispatchSnapshot.Breaker {
        let (key, circuit) = (breakers[id].key, breakers[id].circuit)
        return DispatchSnapshot.Breaker(
            name: name(id),
            app: apps[key.app].name,
            group: key.group,
            state: circuit.state,
            mode: circuit.mode,
            retryAfter: circuit.retryAfter(at: now),
            stop: breakers[id].cause.map { DispatchSnapshot.Stop($0) },
            openDuration: circuit.openDuration(at: now)
        )
    }

    private func snapshot(_ id: GateID, at now: SteadyClock.Present) -> DispatchSnapshot.Gate {
        let gate = gates[id]
        let (relayed, messages) = (id.lane(isDurable: false), id.lane(isDurable: true))
        return DispatchSnapshot.Gate(
            app: apps[gate.app].name,
            api: gate.api.label,
            available: gate.bucket.available(at: now.instant),
            limit: gate.limit(at: now.instant),
            slowedTo: gate.slowdown.flatMap { $0.isOver(at: now.instant) ? nil : $0.share(at: now.instant) },
            waiting: queue.count(in: messages) + queue.count(in: relayed),
            limiterWaits: gate.limiterWaits,
            obstacle: obstacle(of: messages, at: now),
            park: gate.park.flatMap { DispatchSnapshot.Stop($0, at: now) },
            hold: gate.hold.map { DispatchSnapshot.Stop($0, at: now) },
            quota: quota(of: id, at: now)
        )
    }

    private func snapshot(_ place: AppPlace, at now: SteadyClock.Present) -> DispatchSnapshot.App {
        let app = apps[place]
        return DispatchSnapshot.App(
            name: app.name,
            hosts: hosts(of: app),
            detours: app.detours.count,
            pause: app.pause.map { DispatchSnapshot.Stop($0) },
            hold: app.hold.map { DispatchSnapshot.Stop($0, at: now) },
            quietUntil: app.quiet.flatMap { $0.isOn ? $0.next : nil },
            retryBudget: app.budget.balance(at: now.instant),
            hasTried: app.hasTried,
            failingSince: app.failingSince
        )
    }
}

extension DispatchMachine {
    private func hosts(of app: AppGate) -> [DispatchSnapshot.Host] {
        app.route.hosts.map { host in
            let own = app.breakers.filter { breakers[$0].key.host == host }
            let states = own.map { breakers[$0].circuit.state }
            let isInUse = own.contains { breakers[$0].isInUse } || app.detours.isEmpty && host == app.route.host
            return DispatchSnapshot.Host(
                name: host,
                breaker: states.contains(.open) ? .open : states.contains(.halfOpen) ? .halfOpen : .closed,
                isInUse: isInUse
            )
        }
    }
}

extension DispatchSnapshot.Quota {
    /// - Parameter isParked: WeChat has said that it is used up.
    init?(_ count: QuotaCount, isParked: Bool, at now: SteadyClock.Present) {
        let used = count.used(at: now.wall)
        guard used > 0 || count.quota != nil else { return nil }
        self.init(
            used: used,
            limit: count.quota?.limit,
            reserve: min(count.reserve(at: now.wall), count.left(at: now.wall) ?? 0),
            reset: count.reset(at: now.wall),
            exhaustion: isParked && count.quota != nil ? .zero : count.exhaustion(at: now)
        )
    }
}

extension DispatchSnapshot.Stop {
    fileprivate init(_ cause: Cause, until: Timestamp? = nil) {
        self.init(reason: cause.why, since: cause.since, until: until)
    }

    fileprivate init(_ hold: Hold, at now: SteadyClock.Present) {
        self.init(hold.cause, until: now.wall(at: hold.until))
    }

    /// `nil` where it is over.
    fileprivate init?(_ park: Park, at now: SteadyClock.Present) {
        guard !park.isOver(at: now) else { return nil }
        self.init(park.cause, until: park.end.until(at: now))
    }
}
