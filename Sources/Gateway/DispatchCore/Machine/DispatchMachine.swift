package import Queueing
package import Resilience
package import Timekeeping
package import WeChat

/// Decides which waiting work goes to WeChat and when: the one queue, and before every attempt the pipeline
/// app → pause → token → hold → park → limiter → breaker.
///
/// A value: events in with the present, actions out. It holds no clock, no socket and no lock, so whole days can be run through it in
/// a test.
package struct DispatchMachine: Sendable {
    var policy: DispatchPolicy
    var queue: QueueMachine
    var apps = PlaceTable<AppPlace, String, AppGate>()
    var gates = PlaceTable<GateID, GateKey, LaneGate>()
    var breakers = PlaceTable<BreakerID, BreakerKey, Breaker>()
    /// Gates that were ever made.
    private var gateCount: UInt64 = 0
    /// Questions that were ever asked to probe a breaker.
    var questions: UInt64 = 0
    /// The gate that was looked at last for a question about its quota.
    var quotaCursor = 0
    /// Preferred hosts that are not in use, or were not until lately.
    var hostChecks: [String: HostCheck] = [:]
    /// Apps of which some calls go to another than their preferred host.
    var detoured: Set<AppPlace> = []
    /// Changes of hosts that nobody has been told of yet.
    var hostMoves: [HostMove] = []
    /// Stays that apps have ever begun.
    private var stayCount: UInt64 = 0
    /// Apps that left while something of them waits or is in flight.
    var absent: Set<AppPlace> = []
    /// Those of them that may have nothing more, to be looked at.
    var idle: Set<AppPlace> = []
    var leases: [JobID: Lease] = [:]
    var durableInFlight = 0
    var sleepers = Sleepers()
    /// When quiet hours begin or end next, by app.
    var quietTimes = IndexedHeap()
    /// Lanes with relayed calls that may wait in vain, to be looked at.
    var doubtful: [LaneID] = []
    var ledgers = LaneLedgers()
    var memory = AttemptMemory()
    var pathParks = PathParks()
    var checks = CheckLine()
    var clock = SteadyClock()
    /// When an earlier process was certainly still there, while its messages come back.
    var inheritedUntil: Timestamp?
    /// What outlives the process.
    var ledger = DispatchLedger()
    /// What people were told of it.
    var stops = StopBook()
    /// Gates that nobody has been told of yet.
    private var newGates: [GateID] = []
    /// Moves of breakers that no call's end brought and that nobody has been told of yet: at most two a breaker and look.
    var untold: [(breaker: BreakerID, transition: BreakerTransition)] = []
    /// Whether attempts of messages may start: false while their start can't be written down.
    package var journalIsWritable = true
    package var isDraining = false

    package init(_ policy: DispatchPolicy) {
        self.policy = policy
        queue = QueueMachine(policy.queue)
    }

    /// An attempt of a relayed call gets at least this much time, or a tenth of what its caller gave it.
    static let shortestAttempt = Duration.milliseconds(100)
    /// What is kept of a relayed call's time for the way back to its caller, or a twentieth of it.
    static let answerReserve = Duration.milliseconds(100)

    /// Jobs that one look ends because their time is over; the next look follows at once where there are more.
    static let expiryLimit = 1000

    /// Attempts in flight.
    package var inFlight: Int { leases.count }

    // MARK: Lanes

    /// The lane for work of an app's api, made on first use.
    package mutating func lane(
        _ api: APIDescriptor,
        of app: AppPlace,
        isDurable: Bool,
        at now: Instant
    ) -> LaneID {
        let key = GateKey(app: app, api: api)
        if let gate = gates[key] { return gate.lane(isDurable: isDurable) }
        let (route, group) = (apps[app].route, api.group.rawValue)
        let breaker = breaker(BreakerKey(app: app, host: host(of: app, group), group: group), at: now)
        let bucket = TokenBucket(DispatchMachine.limit(of: api, route), at: now)
        let quota = quotaCount(of: api, app, at: now)
        let made = LaneGate(
            app: app,
            api: api,
            breaker: breaker,
            bucket: bucket,
            quota: quota,
            number: gateCount
        )
        gateCount += 1
        let gate = gates.add(made, as: key).place
        newGates.append(gate)
        place(gate, behind: breaker)
        claim(gate)
        return gate.lane(isDurable: isDurable)
    }

    /// The lanes of a gate stand behind a breaker from now on.
    mutating func place(_ gate: GateID, behind breaker: BreakerID) {
        breakers[breaker].gates.append(gate)
        for isDurable in [false, true] {
            queue.setGroup(breaker.group(isDurable: isDurable), of: gate.lane(isDurable: isDurable))
            queue.setBound(gates[gate].api.repeatability.window, of: gate.lane(isDurable: isDurable))
        }
    }

    /// The breaker of a name, made on first use.
    mutating func breaker(_ key: BreakerKey, at now: Instant) -> BreakerID {
        if let breaker = breakers[key] { return breaker }
        let (breaker, isNew) = breakers.add(Breaker(key, policy.breaker, at: now), as: key)
        if isNew { for isDurable in [false, true] { _ = queue.addGroup(isDurable: isDurable) } }
        apps[key.app].breakers.append(breaker)
        claim(breaker, at: now)
        return breaker
    }

    /// A number for a stay of an app.
    mutating func nextStay() -> UInt64 {
        defer { stayCount += 1 }
        return stayCount
    }

    // MARK: Time

    /// The present on all clocks. A step of the wall clock moves the times that callers gave as wall times, and nothing else.
    mutating func read(_ moment: Moment) -> SteadyClock.Present {
        guard let step = clock.observe(moment) else { return clock.present(moment) }
        let now = clock.present(moment)
        let shift = Duration.zero - step
        for (id, lease) in leases where lease.job.isDurable {
            leases[id]?.job.expiresAt = lease.job.expiresAt.map { $0 + shift }
        }
        queue.retime(at: now.steady) { job in
            let isCallers = job.marks.contains(.callersTime)
            guard job.isDurable || isCallers else { return nil }
            return (
                isCallers ? job.notBefore.map { $0 + shift } : job.notBefore,
                job.isDurable ? job.expiresAt.map { $0 + shift } : job.expiresAt
            )
        }
        wakeAll(at: now)
        return now
    }

    // MARK: News

    /// The gates that were made since this was asked last.
    package mutating func takeNewGates() -> [GateName] {
        guard !newGates.isEmpty else { return [] }
        defer { newGates = [] }
        return newGates.map { name($0) }
    }

    /// The moves of breakers since this was asked last that no call's end reported.
    package mutating func takeTransitions() -> [(breaker: BreakerID, transition: BreakerTransition)] {
        defer { untold = [] }
        return untold
    }

    // MARK: Ends

    /// Forgets the lease of an attempt that has ended or was never made.
    mutating func endLease(_ id: JobID, at now: Instant) -> Lease? {
        guard let lease = leases.removeValue(forKey: id) else { return nil }
        let isDurable = lease.job.isDurable
        if isDurable { durableInFlight -= 1 }
        breakers[lease.breaker].ended(isDurable: isDurable)
        let own = breakers[lease.breaker].inFlight(isDurable: isDurable)
        for isReserved in [false, true] {
            let group = lease.breaker.group(isDurable: isDurable)
            sleepers.update(Sleepers.Section(group: group, isReserved: isReserved), own: own)
        }
        wakeShares(at: now)
        hasEnded(app: lease.app)
        hasAsked(lease, at: now)
        return lease
    }

    /// A job leaves the queue for good.
    mutating func forget(_ job: Job) {
        memory.forget(job.id)
        let app = gates[job.lane.gate].app
        if job.marks.contains(.unpaid) { apps[app].giveBackUnpaidTurn() }
        hasEnded(app: app)
    }
}
