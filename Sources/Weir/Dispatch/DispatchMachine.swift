public import Queueing
public import Resilience
public import Timekeeping
public import WeChat

/// Decides which waiting work goes to WeChat and when: the one queue, and before every attempt the pipeline
/// pause → token → hold → park → limiter → breaker.
///
/// A value: events in with the present, actions out. It holds no clock, no socket and no lock, so whole days can be run through it in
/// a test.
public struct DispatchMachine: Sendable {
    var policy: DispatchPolicy
    var queue: QueueMachine
    var apps: [AppGate] = []
    var gates: [LaneGate] = []
    var breakers: [CircuitBreakerMachine] = []
    private var gateIndex: [GateKey: Int] = [:]
    private var breakerIndex: [BreakerKey: Int] = [:]
    public private(set) var breakerKeys: [BreakerKey] = []
    var leases: [JobID: Lease] = [:]
    private var durableInFlight = 0
    /// By lane.
    private var ledgers: [WaitLedger] = []
    var memory = AttemptMemory()
    /// Moves from open to half-open that nobody has been told of yet: at most one a breaker and pump.
    private var probings: [(breaker: Int, transition: BreakerTransition)] = []
    /// Whether attempts of messages may start: false while their start can't be written down.
    public var journalIsWritable = true
    public var isDraining = false

    public init(_ policy: DispatchPolicy) {
        self.policy = policy
        queue = QueueMachine(policy.queue)
    }

    /// An attempt of a relayed call gets at least this much time, or a tenth of what its caller gave it.
    static let shortestAttempt = Duration.milliseconds(100)

    /// Jobs that one look ends because their time is over; the next look follows at once where there are more.
    static let expiryLimit = 1000

    public var inFlight: Int { leases.count }

    // MARK: Apps and lanes

    /// Adds an app; its work waits until `setToken` says that there is a token.
    public mutating func addApp(_ name: String, needsToken: Bool = true, at now: Instant) -> Int {
        apps.append(
            AppGate(name: name, token: needsToken ? .missing : .ready, budget: RetryBudget(policy.budget, at: now))
        )
        return apps.count - 1
    }

    /// The lane for work of an app's api, made on first use. Relayed calls and messages have a lane each, which share the gate:
    /// what blocks the one kind alone (a journal that can't be written) must not stand in the other's way.
    public mutating func lane(
        app: Int,
        api: APIDescriptor,
        host: String,
        isDurable: Bool,
        limit: RateLimit,
        at now: Instant
    ) -> LaneID {
        let key = GateKey(app: app, api: api.label)
        if let index = gateIndex[key] { return LaneID(index: index * 2 + (isDurable ? 1 : 0)) }
        let breaker = breakerIndex(for: BreakerKey(app: app, host: host, group: api.group.rawValue), at: now)
        gates.append(LaneGate(app: app, api: api, breaker: breaker, bucket: TokenBucket(limit, at: now)))
        gateIndex[key] = gates.count - 1
        ledgers += [WaitLedger(at: now), WaitLedger(at: now)]
        return LaneID(index: (gates.count - 1) * 2 + (isDurable ? 1 : 0))
    }

    private mutating func breakerIndex(for key: BreakerKey, at now: Instant) -> Int {
        if let index = breakerIndex[key] { return index }
        breakers.append(CircuitBreakerMachine(policy.breaker, at: now))
        breakerKeys.append(key)
        breakerIndex[key] = breakers.count - 1
        return breakers.count - 1
    }

    public func gate(of lane: LaneID) -> Int { lane.index / 2 }

    static func isDurable(_ lane: LaneID) -> Bool { lane.index % 2 == 1 }

    // MARK: Work

    /// Takes a job into the queue, unless it is full.
    public mutating func submit(_ job: Job, at now: Timestamp) -> QueueMachine.Admission {
        queue.admit(job, at: now)
    }

    /// Starts whatever may start now, and says what has waited long enough.
    public mutating func pump(at now: Moment) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        for job in queue.advance(to: now.timestamp, limit: DispatchMachine.expiryLimit).expired {
            memory.forget(job.id)
            let reason = obstacle(of: job.lane, at: now) ?? Obstacle(.concurrency)
            actions.append(.expire(job, reason))
        }
        var blocked: [LaneID] = []
        while let (lane, head) = bestLane(except: blocked, at: now.timestamp) {
            switch admit(from: lane, readySince: head.readySince, at: now) {
            case .started(let lease):
                ledgers[lane.index].note(nil, at: now.instant)
                actions.append(.start(lease))
            case .stale(let job):
                actions.append(.expire(job, Obstacle(job.isDurable ? .scheduled : .rateLimited)))
            case .blocked(let obstacle):
                ledgers[lane.index].note(obstacle.reason, at: now.instant)
                blocked.append(lane)
                guard !DispatchMachine.isDurable(lane), obstacle.refusesAtOnce else { continue }
                refuseAll(in: lane, because: obstacle, at: now.timestamp, into: &actions)
            }
        }
        return actions
    }

    /// The lane whose head is first by priority, then age.
    private func bestLane(except blocked: [LaneID], at now: Timestamp) -> (lane: LaneID, head: Head)? {
        var best: (lane: LaneID, head: Head)?
        for lane in queue.readyLanes where !blocked.contains(lane) {
            guard let head = queue.head(of: lane, at: now) else { continue }
            if let current = best,
                (current.head.effectivePriority, current.head.readySince, current.head.id)
                    <= (head.effectivePriority, head.readySince, head.id)
            {
                continue
            }
            best = (lane, head)
        }
        return best
    }

    private enum AdmitResult {
        case started(Lease)
        /// It waited until an attempt would do more harm than good: it has ended.
        case stale(Job)
        case blocked(Obstacle)
    }

    /// The pipeline, outermost first. Every permit taken here is used by the attempt or given back.
    private mutating func admit(from lane: LaneID, readySince: Timestamp, at now: Moment) -> AdmitResult {
        let isDurable = DispatchMachine.isDurable(lane)
        let index = gate(of: lane)
        if let obstacle = closedGate(index, isDurable: isDurable, at: now) { return .blocked(obstacle) }
        if case .wait(let wait) = gates[index].bucket.take(at: now.instant) {
            if !gates[index].isLimited { gates[index].limiterWaits += 1 }
            gates[index].isLimited = true
            return .blocked(Obstacle(.rateLimited, until: now.timestamp + wait))
        }
        gates[index].isLimited = false
        let breaker = gates[index].breaker
        guard case .granted(let permit) = breakers[breaker].permit(at: now.instant) else {
            gates[index].bucket.giveBack(at: now.instant)
            return .blocked(openBreaker(breaker, at: now))
        }
        if let transition = permit.transition { probings.append((breaker, transition)) }
        guard var job = queue.lease(from: lane, at: now.timestamp) else {
            gates[index].bucket.giveBack(at: now.instant)
            breakers[breaker].release(permit, at: now.instant)
            return .blocked(Obstacle(.concurrency))
        }
        if isStale(job, at: now) || isTooLate(job, at: now.timestamp) {
            gates[index].bucket.giveBack(at: now.instant)
            breakers[breaker].release(permit, at: now.instant)
            _ = queue.finish(job.id)
            memory.forget(job.id)
            return .stale(job)
        }
        if job.firstAttemptAt == nil { apps[gates[index].app].budget.recordCall(at: now.instant) }
        job.countStart(at: now.timestamp)
        sendAsProbe(job.id, gate: index, isDurable: isDurable)
        let lease = Lease(
            job: job,
            number: Int(job.startedAttempts),
            gate: index,
            permit: permit,
            mark: gates[index].bucket.granted,
            startedAt: now,
            waits: waits(of: job.id, in: lane, readySince: readySince, at: now)
        )
        leases[job.id] = lease
        if isDurable { durableInFlight += 1 }
        return .started(lease)
    }

    /// What a ready job has waited for since it was ready, or since its last attempt where that was later.
    func waits(of id: JobID, in lane: LaneID, readySince: Timestamp, at now: Moment) -> [Wait] {
        let since = max(readySince, memory[id]?.lastEnded ?? readySince)
        guard since < now.timestamp, lane.index < ledgers.count else { return [] }
        return ledgers[lane.index].waits(since: now.instant - (now.timestamp - since), at: now.instant)
    }

    /// Whether a repeat now could be shown twice: an earlier attempt may have arrived, and WeChat's window for telling is over, by either
    /// clock.
    func isStale(_ job: Job, at now: Moment) -> Bool {
        guard job.marks.contains(.ambiguous), !job.marks.contains(.repeatable) else { return false }
        guard job.marks.contains(.deduplicated), let first = job.firstAttemptAt else { return true }
        let age = memory[job.id].map { now.instant - $0.firstStarted } ?? .zero
        return max(now.timestamp - first, age) > policy.deduplicationWindow
    }

    /// Whether a relayed call's deadline leaves no time for an answer: an attempt now would only leave its caller in doubt.
    private func isTooLate(_ job: Job, at now: Timestamp) -> Bool {
        guard !job.isDurable, let deadline = job.expiresAt else { return false }
        return deadline - now < min(DispatchMachine.shortestAttempt, (deadline - job.acceptedAt) / 10)
    }

    private mutating func sendAsProbe(_ id: JobID, gate: Int, isDurable: Bool) {
        apps[gates[gate].app].hold?.send(id)
        if isDurable { gates[gate].hold?.send(id) }
    }

    /// What is closed before any permit is asked for.
    private func closedGate(_ index: Int, isDurable: Bool, at now: Moment) -> Obstacle? {
        let gate = gates[index]
        let app = apps[gate.app]
        if isDurable {
            if isDraining { return Obstacle(.draining) }
            if !journalIsWritable { return Obstacle(.journal) }
            if durableInFlight >= policy.maxDurableInFlight { return Obstacle(.concurrency) }
        }
        if app.isPaused { return Obstacle(.paused) }
        switch app.token {
        case .ready: break
        case .missing: return Obstacle(.noToken)
        case .fault: return Obstacle(.credentials)
        }
        if let hold = app.hold, hold.blocks(at: now.timestamp) { return Obstacle(.account, until: hold.until) }
        if isDurable, let hold = gate.hold, hold.blocks(at: now.timestamp) {
            return Obstacle(.account, until: hold.until)
        }
        if let park = gate.park, now.timestamp < park.until { return Obstacle(park.obstacle, until: park.until) }
        return leases.count >= policy.maxInFlight ? Obstacle(.concurrency) : nil
    }

    private func openBreaker(_ index: Int, at now: Moment) -> Obstacle {
        // One that an operator has opened stays so until they say otherwise, whatever it tells those who are refused.
        guard breakers[index].mode != .open else { return Obstacle(.breakerOpen) }
        return Obstacle(.breakerOpen, until: breakers[index].retryAfter(at: now.instant).map { now.timestamp + $0 })
    }

    private mutating func refuseAll(
        in lane: LaneID,
        because obstacle: Obstacle,
        at now: Timestamp,
        into actions: inout [DispatchAction]
    ) {
        while let job = queue.lease(from: lane, at: now) {
            _ = queue.finish(job.id)
            memory.forget(job.id)
            actions.append(.refuse(job, obstacle))
        }
    }

    /// What work in `lane` waits for, if anything but its turn.
    public func obstacle(of lane: LaneID, at now: Moment) -> Obstacle? {
        let index = gate(of: lane)
        if let obstacle = closedGate(index, isDurable: DispatchMachine.isDurable(lane), at: now) { return obstacle }
        let wait = gates[index].bucket.wait(at: now.instant)
        if wait > .zero { return Obstacle(.rateLimited, until: now.timestamp + wait) }
        let breaker = gates[index].breaker
        return breakers[breaker].state == .closed ? nil : openBreaker(breaker, at: now)
    }

    /// When to look again if nothing happens before: never later than the earliest time at which waiting work might start or end.
    public func nextWake(at now: Moment) -> Instant? {
        var wake = queue.nextTimer.map { now.instant(of: $0) }
        for lane in queue.readyLanes {
            // What lies in the past waits for something else, such as a probe's answer, which brings its own look.
            guard let until = obstacle(of: lane, at: now)?.until, until > now.timestamp else { continue }
            let instant = now.instant(of: until)
            if wake.map({ instant < $0 }) ?? true { wake = instant }
        }
        return wake
    }

    /// The breakers that have begun to probe since this was asked last.
    mutating func takeProbings() -> [(breaker: Int, transition: BreakerTransition)] {
        defer { probings = [] }
        return probings
    }

    // MARK: Ends

    /// Forgets the lease of an attempt that has ended or was never made.
    mutating func endLease(_ id: JobID) -> Lease? {
        guard let lease = leases.removeValue(forKey: id) else { return nil }
        if lease.job.isDurable { durableInFlight -= 1 }
        return lease
    }
}
