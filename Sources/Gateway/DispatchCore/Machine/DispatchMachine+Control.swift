package import Queueing
package import Resilience
package import Timekeeping
import WeChat
import WeirPorts

extension DispatchMachine {
    /// Whether so many messages could wait besides, with a tenth of the room left to others.
    package func hasRoom(for count: Int) -> Bool {
        queue.durableCount + count <= queue.policy.capacity - queue.policy.capacity / 10
    }

    /// A waiting job is taken out; one in flight is not.
    package mutating func cancel(_ id: JobID) -> Cancellation {
        let result = queue.cancel(id)
        guard case .removed(let job) = result else { return result }
        forget(job)
        return .removed(clock.outward(job))
    }

    /// A job that was cancelled waits again after all, whether there is room for it or not, as if nothing had happened but that others may
    /// have gone first.
    package mutating func reinstate(_ job: Job, at moment: Moment) {
        var job = job
        // What it took was given back.
        job.marks.remove(.unpaid)
        let now = read(moment)
        var inward = clock.inward(job, at: now)
        DispatchMachine.bound(&inward)
        queue.restore(excused(inward, at: now), at: now.steady)
    }

    /// The attempt in flight is the job's last: nobody waits for another.
    package mutating func makeLast(_ id: JobID, at now: Moment) {
        leases[id]?.job.expiresAt = clock.present(now).steady
    }

    /// A job that waits or is in flight.
    package func job(_ id: JobID) -> Job? {
        queue.job(id).map(clock.outward)
    }

    /// The token keeper's word about an app.
    package mutating func setToken(_ token: AppToken, app: AppPlace, at moment: Moment) {
        guard apps[app].token != token else { return }
        apps[app].token = token
        changed(app: app, at: read(moment))
    }

    /// A request for an app's token has ended: what waited for its answer goes on.
    package mutating func tokenWasFetched(app: AppPlace, at moment: Moment) {
        let ids = apps[app].takeAwaitingToken()
        guard !ids.isEmpty else { return }
        let now = read(moment)
        for id in ids { _ = queue.reschedule(id, notBefore: nil, at: now.steady) }
    }

    /// Whether a call was accepted with the app's token so recently that another's rejection says nothing about it.
    package func isTokenProven(app: AppPlace, at now: Instant) -> Bool {
        apps[app].suspicion.isProven(at: now)
    }

    // MARK: Operators

    package mutating func setPaused(_ isPaused: Bool, app: AppPlace, because cause: Cause, at moment: Moment) {
        let now = read(moment)
        touched(.app(app))
        defer { changed(app: app, at: now) }
        guard !isPaused else {
            // A second pause gives another reason; it has been paused since the first.
            apps[app].pause = Cause(cause.why, since: apps[app].pause?.since ?? cause.since)
            return
        }
        apps[app].pause = nil
        // An operator who resumes an app has acted, or cleared the quota: what was held or parked goes at once.
        forgetRefusals(of: app, at: now)
    }

    /// What WeChat refused counts no more: the app's hold, and its apis' holds and parks. The caller says `changed(app:)`.
    mutating func forgetRefusals(of app: AppPlace, at now: SteadyClock.Present) {
        touched(.app(app))
        apps[app].hold = nil
        for path in pathParks.clear(app: app) { touched(.path(path, app: app)) }
        for gate in gates(of: app) {
            if gates[gate].hold != nil || gates[gate].park != nil { touched(.gate(gate)) }
            gates[gate].hold = nil
            if gates[gate].isQuotaRefused(at: now) { gates[gate].quota?.clear(at: now) }
            gates[gate].park = nil
            gates[gate].release = nil
            if let slowdown = gates[gate].slowdown {
                gates[gate].setLimit(slowdown.full, slowedDown: nil, at: now.instant)
            }
            changed(gate: gate, at: now)
        }
    }

    package mutating func force(
        _ mode: BreakerMode,
        breaker: BreakerID,
        because why: String,
        at moment: Moment
    ) -> BreakerTransition? {
        guard breakers[breaker].circuit.mode != mode else { return nil }
        let now = read(moment)
        defer { changed(breaker: breaker, at: now) }
        let transition = breakers[breaker].circuit.force(mode, at: now.instant)
        noteForced(breaker, because: why, at: now.wall)
        return transition
    }

    /// Takes over new rules; what waits, what is in flight and what was spent stay as they are.
    package mutating func update(_ policy: DispatchPolicy, at moment: Moment) {
        guard policy != self.policy else { return }
        let present = read(moment)
        let now = present.instant
        self.policy = policy
        queue.update(policy.queue)
        for breaker in breakers.taken { breakers[breaker].circuit.update(policy.breaker, at: now) }
        for app in apps.taken { apps[app].budget.update(policy.budget, at: now) }
        wakeAll(at: present)
    }

    // MARK: Attempts that hang

    /// Looks at the attempts that have been in flight for a while: a slow one counts for its breaker while it hangs, and one that
    /// hangs although the upstream answers newer ones is given up, so that it can be repeated in time.
    package mutating func judgeHanging(at moment: Moment, using generator: inout SplitMix64) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        while let entry = checks.popDue(at: moment.instant) {
            guard var lease = leases[entry.id], lease.number == entry.number else { continue }
            let took = moment.instant - lease.startedAt.instant
            // How long a streamed body takes is its caller's doing.
            if !lease.isOverdue, !lease.job.marks.contains(.once), !isQuestion(lease),
                took >= policy.slowCall(gates[lease.gate].api.group)
            {
                lease.isOverdue = true
                let transition = breakers[lease.breaker].circuit
                    .overdue(lease.permits.permit, at: moment.instant, using: &generator)
                if let transition {
                    untold.append((lease.breaker, transition))
                    note(transition, lease.breaker, at: moment)
                    changed(breaker: lease.breaker, at: read(moment))
                    leaveHost(lease.breaker, at: read(moment))
                }
            }
            // Where this look is late, answers may be late for the same reason.
            if moment.instant - entry.due < CheckLine.period, isSilent(lease, at: moment.instant) {
                leaveHost(lease.breaker, at: read(moment))
            }
            if isGivenUp(lease, after: took, at: moment) {
                lease.isGivenUp = true
                actions.append(.giveUp(lease.job.id))
            }
            leases[entry.id] = lease
            checks.append(entry.id, number: entry.number, at: moment.instant)
        }
        return actions
    }

    /// Only at the middle of its time, as a repeat needs the other half, and only where a repeat can be made at once: because newer ones
    /// are answered, or because others go to another host by now.
    private func isGivenUp(_ lease: Lease, after took: Duration, at moment: Moment) -> Bool {
        let (job, gate) = (lease.job, gates[lease.gate])
        guard !lease.isGivenUp, lease.number == 1, !job.isDurable, took >= lease.timeout / 2,
            job.marks.contains(.repeatable),
            gate.wasOvertaken(startedAt: lease.startedAt.instant) || hasBeenLeft(lease)
        else { return false }
        let left = job.expiresAt.map { $0 - clock.present(moment).steady } ?? .zero
        let classes = policy.retryClasses
        return left >= neededTime(lease.gate) && Int(job.retryClass) < classes.count
            && classes[Int(job.retryClass)].fastAttempts > 1 && apps[gate.app].budget.balance(at: moment.instant) >= 1
            && gate.bucket.available(at: moment.instant) > 0 && breakers[gate.breaker].circuit.state == .closed
    }

    /// Whether a relayed call's attempt may still leave: its caller is there, and its time is not over.
    package func mayLeave(_ id: JobID, at moment: Moment) -> Bool {
        guard let deadline = leases[id]?.job.expiresAt else { return true }
        return clock.present(moment).steady < deadline
    }
}
