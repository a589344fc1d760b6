public import Queueing
import Resilience
public import Timekeeping
import WeChat

extension DispatchMachine {
    // MARK: Work

    /// Takes a job into the queue, unless it is full.
    public mutating func submit(_ job: Job, at moment: Moment) -> QueueMachine.Admission {
        let now = read(moment)
        return queue.admit(clock.inward(job, at: now), at: now.steady)
    }

    /// Brings back a job of an earlier process.
    public mutating func restore(_ job: Job, at moment: Moment) {
        let now = read(moment)
        queue.restore(clock.inward(job, at: now), at: now.steady)
    }

    /// Starts whatever may start now, and says what has waited long enough.
    public mutating func pump(at moment: Moment) -> [DispatchAction] {
        let now = read(moment)
        var actions: [DispatchAction] = []
        for job in queue.advance(to: now.steady, limit: DispatchMachine.expiryLimit).expired {
            forget(job)
            let reason = obstacle(of: job.lane, at: now) ?? Obstacle(.concurrency)
            actions.append(.expire(clock.outward(job), reason))
        }
        var blocked: [LaneID] = []
        while let (lane, head) = bestLane(except: blocked, at: now.steady) {
            switch admit(from: lane, head: head, at: now) {
            case .started(let lease):
                ledgers[lane.index].note(nil, at: now.instant)
                actions.append(.start(clock.outward(lease)))
            case .stale(let job):
                actions.append(.expire(clock.outward(job), Obstacle(job.isDurable ? .scheduled : .rateLimited)))
            case .blocked(let obstacle):
                ledgers[lane.index].note(obstacle.reason, at: now.instant)
                blocked.append(lane)
                guard !DispatchMachine.isDurable(lane), obstacle.refusesAtOnce else { continue }
                refuseAll(in: lane, because: obstacle, at: now.steady, into: &actions)
            }
        }
        return actions
    }

    /// The lane whose head is first by priority, then relayed calls, whose callers wait, before messages, which ageing brings forward,
    /// then by age.
    private func bestLane(except blocked: [LaneID], at now: Timestamp) -> (lane: LaneID, head: Head)? {
        var best: (lane: LaneID, head: Head)?
        for lane in queue.readyLanes where !blocked.contains(lane) {
            guard let head = queue.head(of: lane, at: now) else { continue }
            if let current = best, DispatchMachine.goes(current.lane, current.head, before: lane, head) { continue }
            best = (lane, head)
        }
        return best
    }

    private static func goes(_ lane: LaneID, _ head: Head, before other: LaneID, _ next: Head) -> Bool {
        guard head.effectivePriority == next.effectivePriority, isDurable(lane) != isDurable(other) else {
            return head <= next
        }
        return isDurable(other)
    }

    private enum AdmitResult {
        case started(Lease)
        /// It waited until an attempt would do more harm than good: it has ended.
        case stale(Job)
        case blocked(Obstacle)
    }

    /// The pipeline, outermost first. Every permit taken here is used by the attempt or given back.
    private mutating func admit(from lane: LaneID, head: Head, at now: SteadyClock.Present) -> AdmitResult {
        let isDurable = DispatchMachine.isDurable(lane)
        let index = gate(of: lane)
        if let obstacle = closedGate(index, isDurable: isDurable, at: now) { return .blocked(obstacle) }
        guard hasSlot(index, isDurable: isDurable, priority: queue.job(head.id)?.priority ?? .low) else {
            return .blocked(Obstacle(.concurrency))
        }
        if case .wait(let wait) = gates[index].bucket.take(at: now.instant) {
            if !gates[index].isLimited { gates[index].limiterWaits += 1 }
            gates[index].isLimited = true
            return .blocked(Obstacle(.rateLimited, until: now.wall(at: now.instant + wait)))
        }
        gates[index].isLimited = false
        let breaker = gates[index].breaker
        guard case .granted(let permit) = breakers[breaker].permit(at: now.instant) else {
            gates[index].bucket.giveBack(at: now.instant)
            return .blocked(openBreaker(breaker, at: now))
        }
        guard let job = queue.lease(from: lane, at: now.steady) else {
            gates[index].bucket.giveBack(at: now.instant)
            breakers[breaker].release(permit, at: now.instant)
            return .blocked(Obstacle(.concurrency))
        }
        if isStale(job, at: now.steady) || isTooLate(job, at: now.steady) {
            gates[index].bucket.giveBack(at: now.instant)
            breakers[breaker].release(permit, at: now.instant)
            _ = queue.finish(job.id)
            forget(job)
            return .stale(job)
        }
        if let transition = permit.transition { untold.append((breaker, transition)) }
        return .started(begin(job, permit: permit, readySince: head.readySince, at: now))
    }

    /// The attempt is decided: it counts from here on.
    private mutating func begin(
        _ job: Job,
        permit: BreakerPermit,
        readySince: Timestamp,
        at now: SteadyClock.Present
    ) -> Lease {
        var job = job
        let index = gate(of: job.lane)
        job.startedAttempts = job.startedAttempts == .max ? .max : job.startedAttempts + 1
        if job.firstAttemptAt == nil {
            job.firstAttemptAt = now.steady
            apps[gates[index].app].budget.recordCall(at: now.instant)
        }
        if job.marks.contains(.unpaid) { apps[gates[index].app].giveBackUnpaidTurn() }
        job.marks.subtract([.unpaid, .callersTime])
        // How long a streamed body takes is its caller's doing: it probes nothing.
        if gates[index].api.kind != .sns, !job.marks.contains(.once) {
            apps[gates[index].app].hold?.send(job.id, at: now.instant)
        }
        if job.isDurable { gates[index].hold?.send(job.id, at: now.instant) }
        let lease = Lease(
            job: job,
            number: Int(job.startedAttempts),
            gate: index,
            breaker: gates[index].breaker,
            permit: permit,
            mark: gates[index].bucket.granted,
            startedAt: now.moment,
            timeout: attemptTime(job, at: now.steady),
            readyFor: max(.zero, now.steady - readySince),
            waits: waits(of: job.id, in: job.lane, readySince: readySince, at: now)
        )
        leases[job.id] = lease
        checks.append(job.id, number: lease.number, at: now.instant)
        inFlightByShare[share(of: lease.breaker, isDurable: job.isDurable)] += 1
        if job.isDurable { durableInFlight += 1 }
        return lease
    }

    /// A relayed call's attempt may take what its caller's time leaves but a short reserve: an answer in time reaches the caller.
    private func attemptTime(_ job: Job, at now: Timestamp) -> Duration {
        guard !job.isDurable, let deadline = job.expiresAt else { return policy.attemptTimeout }
        let left = deadline - now
        return max(.milliseconds(1), left - min(DispatchMachine.answerReserve, left / 20))
    }

    /// What a ready job has waited for since it was ready, or since its last attempt where that was later.
    func waits(of id: JobID, in lane: LaneID, readySince: Timestamp, at now: SteadyClock.Present) -> [Wait] {
        let ready = now.instant(ofSteady: readySince)
        let since = max(ready, memory[id]?.lastEnded ?? ready)
        guard since < now.instant, lane.index < ledgers.count else { return [] }
        return ledgers[lane.index].waits(since: since, at: now.instant)
    }

    /// Since when a waiting job has waited for its next attempt, and what for.
    func waited(_ job: Job, at moment: Moment) -> (since: Timestamp, waits: [Wait]) {
        let now = clock.present(moment)
        let ready = clock.steady(max(job.acceptedAt, job.notBefore ?? job.acceptedAt))
        let since = max(now.instant(ofSteady: ready), memory[job.id]?.lastEnded ?? now.instant(ofSteady: ready))
        return (now.wall(at: since), waits(of: job.id, in: job.lane, readySince: ready, at: now))
    }

    /// Whether a repeat now could be shown twice: an earlier attempt may have arrived, and WeChat's window for telling is over, or
    /// nobody knows when it began, because the clock was set back over a restart.
    func isStale(_ job: Job, at now: Timestamp) -> Bool {
        guard job.isInDoubt else { return false }
        guard job.marks.contains(.deduplicated), let first = job.firstAttemptAt else { return true }
        let age = now - first
        return age > policy.deduplicationWindow || age < .zero - SteadyClock.tolerance
    }

    /// Whether the time that a relayed call has left is less than an attempt needs: one that can't end would only leave its caller in
    /// doubt. A call that did not wait always goes: its caller chose its time, and its end tells how long answers take now.
    private func isTooLate(_ job: Job, at now: Timestamp) -> Bool {
        guard !job.isDurable, let deadline = job.expiresAt else { return false }
        let (left, whole) = (deadline - now, deadline - job.acceptedAt)
        if left < min(DispatchMachine.shortestAttempt, whole / 10) { return true }
        return now - job.acceptedAt > whole / 20 && left < neededTime(gate(of: job.lane))
    }

    /// How long an attempt takes in this lane, by its answers so far.
    func neededTime(_ gate: Int) -> Duration {
        gates[gate].latency.expected.map { $0 + DispatchMachine.answerReserve / 4 } ?? DispatchMachine.shortestAttempt
    }

    private mutating func refuseAll(
        in lane: LaneID,
        because obstacle: Obstacle,
        at now: Timestamp,
        into actions: inout [DispatchAction]
    ) {
        while let job = queue.lease(from: lane, at: now) {
            _ = queue.finish(job.id)
            forget(job)
            actions.append(.refuse(clock.outward(job), obstacle))
        }
    }

    /// When to look again if nothing happens before: never later than the earliest time at which waiting work might start or end.
    public func nextWake(at moment: Moment) -> Instant? {
        let now = clock.present(moment)
        var wake = queue.nextTimer.map { now.instant(ofSteady: $0) }
        if !leases.isEmpty, let check = checks.next { wake = min(wake ?? .distantFuture, check) }
        for lane in queue.readyLanes {
            // What lies in the past waits for something else, such as a probe's answer, which brings its own look.
            guard let until = obstacle(of: lane, at: now)?.until, until > now.wall else { continue }
            wake = min(wake ?? .distantFuture, moment.instant(of: until))
        }
        return wake
    }
}
