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
    var apps: [AppGate] = []
    var gates: [LaneGate] = []
    var breakers: [CircuitBreakerMachine] = []
    var appIndex: [String: Int] = [:]
    var gateIndex: [GateKey: Int] = [:]
    var breakerIndex: [BreakerKey: Int] = [:]
    /// Places that apps which left gave back.
    var freeApps: [Int] = []
    var freeGates: [Int] = []
    var freeBreakers: [Int] = []
    /// Gates that were ever made.
    private(set) var gateCount: UInt64 = 0
    /// Apps that left while something of them waits or is in flight.
    var absent: Set<Int> = []
    /// Those of them that may have nothing more, to be looked at.
    var idle: Set<Int> = []
    package internal(set) var breakerKeys: [BreakerKey] = []
    var leases: [JobID: Lease] = [:]
    var durableInFlight = 0
    /// By breaker, relayed calls and messages apart.
    var inFlightByShare: [Int] = []
    /// By breaker: the gates that it stands behind.
    var gatesOfBreaker: [[Int]] = []
    /// By app: its breakers.
    var breakersOfApp: [[Int]] = []
    var sleepers = Sleepers()
    /// Lanes with relayed calls that may wait in vain, to be looked at.
    var doubtful: [LaneID] = []
    var ledgers = LaneLedgers()
    var memory = AttemptMemory()
    var pathParks = PathParks()
    var checks = CheckLine()
    var clock = SteadyClock()
    /// What outlives the process.
    var ledger = DispatchLedger()
    /// Moves of breakers that no call's end brought and that nobody has been told of yet: at most two a breaker and look.
    var untold: [(breaker: Int, transition: BreakerTransition)] = []
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

    package var inFlight: Int { leases.count }

    // MARK: Lanes

    /// The lane for work of an app's api, made on first use. Relayed calls and messages have a lane each, which share the gate:
    /// what blocks the one kind alone (a journal that can't be written) must not stand in the other's way.
    package mutating func lane(
        app: Int,
        api: APIDescriptor,
        host: String,
        isDurable: Bool,
        limit: RateLimit,
        at now: Instant
    ) -> LaneID {
        let key = GateKey(app: app, api: api.label, group: api.group.rawValue)
        if let index = gateIndex[key] { return DispatchMachine.lane(ofGate: index, isDurable: isDurable) }
        let breaker = breakerIndex(for: BreakerKey(app: app, host: host, group: api.group.rawValue), at: now)
        let gate = LaneGate(
            app: app,
            api: api,
            breaker: breaker,
            bucket: TokenBucket(limit, at: now),
            number: gateCount
        )
        gateCount += 1
        let index = freeGates.popLast() ?? gates.count
        if index == gates.count { gates.append(gate) } else { gates[index] = gate }
        gateIndex[key] = index
        gatesOfBreaker[breaker].append(index)
        for isDurable in [false, true] {
            let lane = DispatchMachine.lane(ofGate: index, isDurable: isDurable)
            queue.setGroup(share(of: breaker, isDurable: isDurable), of: lane)
        }
        claim(gate: index)
        return DispatchMachine.lane(ofGate: index, isDurable: isDurable)
    }

    /// The gate of an app's api; `nil` before its first use.
    func gateIndex(app: Int, api: APIDescriptor) -> Int? {
        gateIndex[GateKey(app: app, api: api.label, group: api.group.rawValue)]
    }

    mutating func breakerIndex(for key: BreakerKey, at now: Instant) -> Int {
        if let index = breakerIndex[key] { return index }
        let breaker = CircuitBreakerMachine(policy.breaker, at: now)
        let index = freeBreakers.popLast() ?? breakers.count
        if index == breakers.count {
            breakers.append(breaker)
            breakerKeys.append(key)
            inFlightByShare += [0, 0]
            for isDurable in [false, true] { _ = queue.addGroup(isDurable: isDurable) }
            gatesOfBreaker.append([])
        } else {
            breakers[index] = breaker
            breakerKeys[index] = key
        }
        breakersOfApp[key.app].append(index)
        breakerIndex[key] = index
        claim(breaker: index, at: now)
        return index
    }

    /// Relayed calls and messages of a gate have a lane each.
    static func lane(ofGate index: Int, isDurable: Bool) -> LaneID {
        LaneID(index: index * 2 + (isDurable ? 1 : 0))
    }

    package func gate(of lane: LaneID) -> Int { lane.index / 2 }

    static func isDurable(_ lane: LaneID) -> Bool { lane.index % 2 == 1 }

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

    /// The moves of breakers since this was asked last that no call's end reported.
    mutating func takeTransitions() -> [(breaker: Int, transition: BreakerTransition)] {
        defer { untold = [] }
        return untold
    }

    // MARK: Ends

    /// Forgets the lease of an attempt that has ended or was never made.
    mutating func endLease(_ id: JobID, at now: Instant) -> Lease? {
        guard let lease = leases.removeValue(forKey: id) else { return nil }
        if lease.job.isDurable { durableInFlight -= 1 }
        let group = share(of: lease.breaker, isDurable: lease.job.isDurable)
        inFlightByShare[group] -= 1
        for isReserved in [false, true] {
            let section = Sleepers.Section(group: group, isReserved: isReserved)
            sleepers.update(section, own: inFlightByShare[group])
        }
        wakeShares(at: now)
        hasEnded(app: gates[lease.gate].app)
        return lease
    }

    func share(of breaker: Int, isDurable: Bool) -> Int { breaker * 2 + (isDurable ? 1 : 0) }

    /// A job leaves the queue for good.
    mutating func forget(_ job: Job) {
        memory.forget(job.id)
        let app = gates[gate(of: job.lane)].app
        if job.marks.contains(.unpaid) { apps[app].giveBackUnpaidTurn() }
        hasEnded(app: app)
    }
}
