package import Queueing
import Resilience
package import Timekeeping
import WeChat
import WeirPorts

extension DispatchMachine {
    // MARK: Work

    /// Takes a job into the queue, unless it is full.
    package mutating func submit(_ job: Job, at moment: Moment) -> QueueMachine.Admission {
        let now = read(moment)
        // A new lane may be blocked and not closed yet, as nothing of it was ever tried.
        if !job.isDurable { doubtful.append(job.lane) }
        return queue.admit(excused(clock.inward(job, at: now), at: now), at: now.steady)
    }

    /// A job that had ended waits again, whether there is room for it or not.
    package mutating func restore(_ job: Job, at moment: Moment) {
        let now = read(moment)
        queue.restore(excused(clock.inward(job, at: now), at: now), at: now.steady)
    }

    /// Starts whatever may start now, and says what has waited long enough.
    package mutating func pump(at moment: Moment) -> [DispatchAction] {
        let now = read(moment)
        var actions: [DispatchAction] = []
        for job in queue.advance(to: now.steady, limit: DispatchMachine.expiryLimit).expired {
            forget(job)
            let reason = obstacle(of: job.lane, at: now) ?? Obstacle(.concurrency)
            actions.append(.expire(clock.outward(job), reason))
        }
        turnQuiet(at: now)
        wakeDue(at: now.instant)
        while let turn = nextTurn(at: now) {
            switch admit(turn, at: now) {
            case .started(let lease): actions.append(.start(clock.outward(lease)))
            case .stale(let job):
                actions.append(.expire(clock.outward(job), Obstacle(job.isDurable ? .scheduled : .rateLimited)))
            case .blocked(let block): sleep(turn.lane, section(of: turn), block, at: now.instant)
            }
        }
        noteWaitForPlaces(at: now)
        refuseHopeless(at: now, into: &actions)
        return actions
    }

    /// The first job of a lane and priority whose turn it is.
    struct Turn {
        var lane: LaneID
        var priority: Priority
        var head: Head
    }

    /// First by priority, with ageing; then relayed calls, whose callers wait, before messages; then by age.
    private func nextTurn(at now: SteadyClock.Present) -> Turn? {
        var best: Turn?
        for kind in DispatchMachine.kinds where queue.hasOpen(kind.priority, isDurable: kind.isDurable) {
            guard placeBlock(isDurable: kind.isDurable, kind.priority) == nil,
                let (lane, head) = queue.first(of: kind.priority, isDurable: kind.isDurable, at: now.steady)
            else { continue }
            if let best, DispatchMachine.goes(best.lane, best.head, before: lane, head) { continue }
            best = Turn(lane: lane, priority: kind.priority, head: head)
        }
        return best
    }

    private static let kinds = [false, true].flatMap { isDurable in
        Priority.allCases.map { (isDurable: isDurable, priority: $0) }
    }

    static func goes(_ lane: LaneID, _ head: Head, before other: LaneID, _ next: Head) -> Bool {
        guard head.effectivePriority == next.effectivePriority, lane.isDurable != other.isDurable else {
            return head <= next
        }
        return other.isDurable
    }

    private func section(of turn: Turn) -> Sleepers.Section {
        Sleepers.Section(group: group(of: turn.lane), turn.priority)
    }

    /// The lanes that are blocked together with this one.
    func group(of lane: LaneID) -> GroupID {
        gates[lane.gate].breaker.group(isDurable: lane.isDurable)
    }

    /// What is ready and not blocked waits for a place, if anything blocks it.
    private mutating func noteWaitForPlaces(at now: SteadyClock.Present) {
        for isDurable in [false, true] {
            for isReserved in [false, true] {
                let priorities = Sleepers.Section.priorities(isReserved: isReserved)
                var block = placeBlock(isDurable: isDurable, priorities[0])
                if block != nil, !priorities.contains(where: { queue.hasOpen($0, isDurable: isDurable) }) {
                    block = nil
                }
                ledgers.note(block, isDurable: isDurable, isReserved: isReserved, at: now.instant)
            }
        }
    }

    private enum AdmitResult {
        case started(Lease)
        /// It waited until an attempt would do more harm than good: it has ended.
        case stale(Job)
        case blocked(Block)
    }

    /// The pipeline, outermost first.
    private mutating func admit(_ turn: Turn, at now: SteadyClock.Present) -> AdmitResult {
        var (turn, gate) = (turn, turn.lane.gate)
        if let block = block(gate, isDurable: turn.lane.isDurable, turn.priority, at: now) { return .blocked(block) }
        let breaker = gates[gate].breaker
        if breakers[breaker].circuit.state != .closed {
            if let block = breakerBlock(breaker, at: now) { return .blocked(block) }
            if let probe = probing(turn, at: now) {
                (turn, gate) = (probe, probe.lane.gate)
            } else {
                switch ask(behind: breaker, at: now) {
                case .asked(let lease): return .started(lease)
                case .blocked(let block): return .blocked(block)
                }
            }
        }
        let permits: Permits
        switch takePermits(gate, at: now) {
        case .taken(let taken): permits = taken
        case .blocked(let block): return .blocked(block)
        }
        guard let job = queue.lease(from: turn.lane, turn.priority, at: now.steady) else {
            giveBack(permits, at: now.instant)
            // So many expired that the next look goes on.
            return .blocked(Block(reason: .concurrency, until: now.instant + .milliseconds(1), scope: .lane))
        }
        guard !isStale(job, at: now.steady), !isTooLate(job, at: now.steady) else {
            giveBack(permits, at: now.instant)
            _ = queue.finish(job.id, as: .broken, at: now.steady)
            forget(job)
            return .stale(job)
        }
        return .started(begin(job, with: permits, readySince: turn.head.readySince, at: now))
    }

    /// The attempt is decided: it counts from here on.
    mutating func begin(
        _ job: Job,
        with permits: Permits,
        readySince: Timestamp,
        at now: SteadyClock.Present
    ) -> Lease {
        var job = job
        let (app, gate) = (permits.app, permits.gate)
        job.startedAttempts = job.startedAttempts == .max ? .max : job.startedAttempts + 1
        if job.firstAttemptAt == nil {
            job.firstAttemptAt = now.steady
            apps[app].budget.recordCall(at: now.instant)
        }
        if job.marks.contains(.unpaid) { apps[app].giveBackUnpaidTurn() }
        job.marks.subtract([.unpaid, .callersTime])
        // How long a streamed body takes is its caller's doing: it probes nothing.
        if gates[gate].api.kind != .sns, job.marks.isDisjoint(with: [.once, .ownProbe]) {
            apps[app].hold?.send(job.id, at: now.instant)
        }
        if job.isDurable { gates[gate].hold?.send(job.id, at: now.instant) }
        var lease = Lease(
            job: job,
            number: Int(job.startedAttempts),
            permits: permits,
            startedAt: now.moment,
            timeout: attemptTime(job, at: now.steady),
            readyFor: max(.zero, now.steady - readySince),
            waits: waits(of: job, readySince: readySince, at: now)
        )
        if !job.isDurable { lease.sentAt = now.instant }
        countCall(job.id, isDurable: job.isDurable, gate, at: now)
        leases[job.id] = lease
        checks.append(job.id, number: lease.number, at: now.instant)
        breakers[lease.breaker].left(isDurable: job.isDurable)
        if job.isDurable { durableInFlight += 1 }
        probeLeft(lease, at: now)
        return lease
    }

    /// Where the attempt is a probe, all others wait for what it brings.
    private mutating func probeLeft(_ lease: Lease, at now: SteadyClock.Present) {
        if apps[lease.app].hold?.probe == lease.job.id { changed(app: lease.app, at: now) }
        if gates[lease.gate].hold?.probe == lease.job.id { changed(gate: lease.gate, at: now) }
        if breakers[lease.breaker].circuit.state != .closed { changed(breaker: lease.breaker, at: now) }
    }

    /// A relayed call's attempt may take what its caller's time leaves but a short reserve: an answer in time reaches the caller.
    private func attemptTime(_ job: Job, at now: Timestamp) -> Duration {
        guard !job.isDurable, let deadline = job.expiresAt else { return policy.attemptTimeout }
        let left = deadline - now
        let reserve = DispatchMachine.answerReserve
        return max(.milliseconds(1), left - (left >= reserve * 20 ? reserve : left / 20))
    }

    /// What a ready job has waited for since it was ready, or since its last attempt where that was later.
    func waits(of job: Job, readySince: Timestamp, at now: SteadyClock.Present) -> [Wait] {
        // What an earlier process's messages waited for before this one began is not known here.
        let ready = max(now.instant(ofSteady: readySince), clock.start ?? now.instant)
        let since = max(ready, memory[job.id]?.lastEnded ?? ready)
        guard since < now.instant else { return [] }
        return ledgers.waits(
            lane: job.lane,
            section: Sleepers.Section(group: group(of: job.lane), job.priority),
            job.priority,
            since: since,
            at: now.instant
        )
    }

    /// Since when a waiting job has waited for its next attempt, and what for.
    func waited(_ job: Job, at moment: Moment) -> (since: Timestamp, waits: [Wait]) {
        let now = clock.present(moment)
        let ready = clock.steady(max(job.acceptedAt, job.notBefore ?? job.acceptedAt))
        let since = max(now.instant(ofSteady: ready), memory[job.id]?.lastEnded ?? now.instant(ofSteady: ready))
        return (now.wall(at: since), waits(of: job, readySince: ready, at: now))
    }

    /// Whether the time that a relayed call has left is less than an attempt needs: one that can't end would only leave its caller in
    /// doubt. A call that did not wait always goes: its caller chose its time, and its end tells how long answers take now.
    private func isTooLate(_ job: Job, at now: Timestamp) -> Bool {
        guard !job.isDurable, let deadline = job.expiresAt else { return false }
        let (left, whole) = (deadline - now, deadline - job.acceptedAt)
        // Multiplied, as a division of a `Duration` is one of 128 bits.
        if left < DispatchMachine.shortestAttempt, left * 10 < whole { return true }
        return left < neededTime(job.lane.gate) && (now - job.acceptedAt) * 20 > whole
    }

    /// Worked out once: a division of a `Duration` is one of 128 bits.
    private static let neededReserve = answerReserve / 4

    /// How long an attempt takes in this lane, by its answers so far.
    func neededTime(_ gate: GateID) -> Duration {
        gates[gate].latency.expected.map { $0 + DispatchMachine.neededReserve } ?? DispatchMachine.shortestAttempt
    }

    /// When to look again if nothing happens before: never later than the earliest time at which waiting work might start or end.
    package func nextWake(at moment: Moment) -> Instant? {
        if !doubtful.isEmpty { return moment.instant }
        var wake = queue.nextTimer.map { clock.present(moment).instant(ofSteady: $0) } ?? .distantFuture
        if !leases.isEmpty, let check = checks.next { wake = min(wake, check) }
        if let next = sleepers.next { wake = min(wake, next) }
        if let next = quietTimes.first { wake = min(wake, Instant(nanoseconds: next.key)) }
        return wake == .distantFuture ? nil : wake
    }
}
