package import Queueing
package import Resilience
package import Timekeeping
import WeChat

extension DispatchMachine {
    /// A waiting job is taken out; one in flight is not.
    package mutating func cancel(_ id: JobID) -> Cancellation {
        let result = queue.cancel(id)
        guard case .removed(let job) = result else { return result }
        forget(job)
        return .removed(clock.outward(job))
    }

    /// The attempt in flight is the job's last: nobody waits for another.
    mutating func makeLast(_ id: JobID, at now: Moment) {
        leases[id]?.job.expiresAt = clock.present(now).steady
    }

    package func job(_ id: JobID) -> Job? {
        queue.job(id).map(clock.outward)
    }

    /// A job that waits: `nil` while it is in flight and when there is none.
    func waiting(_ id: JobID) -> Job? {
        leases[id] == nil ? job(id) : nil
    }

    /// The token keeper's word about an app.
    mutating func setToken(_ state: AppGate.TokenState, app: Int, at moment: Moment) {
        guard apps[app].token != state else { return }
        apps[app].token = state
        changed(app: app, at: read(moment))
    }

    /// A request for an app's token has ended: what waited for its answer goes on.
    mutating func tokenWasFetched(app: Int, at moment: Moment) {
        let ids = apps[app].takeAwaitingToken()
        guard !ids.isEmpty else { return }
        let now = read(moment)
        for id in ids { _ = queue.reschedule(id, notBefore: nil, at: now.steady) }
    }

    mutating func setPaused(_ isPaused: Bool, app: Int, because cause: Cause, at moment: Moment) {
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
        forgetRefusals(app: app, at: now)
    }

    /// What WeChat refused counts no more: the app's hold, and its apis' holds and parks. The caller says `changed(app:)`.
    mutating func forgetRefusals(app: Int, at now: SteadyClock.Present) {
        touched(.app(app))
        apps[app].hold = nil
        for path in pathParks.clear(app: app) { touched(.path(path, app: app)) }
        for index in gates(ofApp: app) {
            if gates[index].hold != nil || gates[index].park != nil { touched(.gate(index)) }
            gates[index].hold = nil
            gates[index].park = nil
            changed(gate: index, at: now)
        }
    }

    mutating func force(
        _ mode: BreakerMode,
        breaker: Int,
        because why: String,
        at moment: Moment
    ) -> BreakerTransition? {
        guard breakers[breaker].mode != mode else { return nil }
        let now = read(moment)
        defer { changed(breaker: breaker, at: now) }
        let transition = breakers[breaker].force(mode, at: now.instant)
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
        for index in breakers.indices { breakers[index].update(policy.breaker, at: now) }
        for index in apps.indices { apps[index].budget.update(policy.budget, at: now) }
        wakeAll(at: present)
    }

    /// Takes over an app's new limits and host. A lane whose host changes gets that host's breaker.
    ///
    /// - Parameter limit: of an api.
    package mutating func update(app: Int, host: String, at moment: Moment, limit: (String) -> RateLimit) {
        let now = read(moment)
        for index in gates(ofApp: app) {
            let api = gates[index].api
            let key = BreakerKey(app: app, host: host, group: api.group.rawValue)
            move(gate: index, to: breakerIndex(for: key, at: now.instant))
            let limit = limit(api.label)
            if limit != gates[index].bucket.limit { gates[index].bucket.update(limit, at: now.instant) }
            changed(gate: index, at: now)
        }
        changed(app: app, at: now)
    }

    private mutating func move(gate index: Int, to breaker: Int) {
        let old = gates[index].breaker
        guard old != breaker else { return }
        gates[index].breaker = breaker
        gatesOfBreaker[old].removeAll { $0 == index }
        gatesOfBreaker[breaker].append(index)
        for isDurable in [false, true] {
            let lane = DispatchMachine.lane(ofGate: index, isDurable: isDurable)
            queue.setGroup(share(of: breaker, isDurable: isDurable), of: lane)
        }
    }

    /// Whether a breaker stands before a lane. One whose host was taken out of the configuration does not.
    func isInUse(breaker: Int) -> Bool { !gatesOfBreaker[breaker].isEmpty }

    // MARK: Attempts that hang

    /// Looks at the attempts that have been in flight for a while: a slow one counts for its breaker while it hangs, and one that
    /// hangs although the upstream answers newer ones is given up, so that it can be repeated in time.
    package mutating func judgeHanging(
        at moment: Moment,
        using generator: inout some RandomNumberGenerator
    ) -> [DispatchAction] {
        var actions: [DispatchAction] = []
        while let entry = checks.popDue(at: moment.instant) {
            guard var lease = leases[entry.id], lease.number == entry.number else { continue }
            let took = moment.instant - lease.startedAt.instant
            // How long a streamed body takes is its caller's doing.
            if !lease.isOverdue, !lease.job.marks.contains(.once), took >= policy.slowCall(gates[lease.gate].api.group)
            {
                lease.isOverdue = true
                let transition = breakers[lease.breaker].overdue(
                    lease.permits.permit,
                    at: moment.instant,
                    using: &generator
                )
                if let transition {
                    untold.append((lease.breaker, transition))
                    note(transition, breaker: lease.breaker, at: moment)
                    changed(breaker: lease.breaker, at: read(moment))
                }
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

    /// Only at the middle of its time, as a repeat needs the other half, and only where a repeat can be made at once.
    private func isGivenUp(_ lease: Lease, after took: Duration, at moment: Moment) -> Bool {
        let (job, gate) = (lease.job, gates[lease.gate])
        guard !lease.isGivenUp, lease.number == 1, !job.isDurable, took >= lease.timeout / 2,
            job.marks.contains(.repeatable), gate.wasOvertaken(startedAt: lease.startedAt.instant)
        else { return false }
        let left = job.expiresAt.map { $0 - clock.present(moment).steady } ?? .zero
        let classes = policy.retryClasses
        return left >= neededTime(lease.gate) && Int(job.retryClass) < classes.count
            && classes[Int(job.retryClass)].fastAttempts > 1 && apps[gate.app].budget.balance(at: moment.instant) >= 1
            && gate.bucket.available(at: moment.instant) > 0 && breakers[gate.breaker].state == .closed
    }

    /// Whether a relayed call's attempt may still leave: its caller is there, and its time is not over.
    func mayLeave(_ id: JobID, at moment: Moment) -> Bool {
        guard let deadline = leases[id]?.job.expiresAt else { return true }
        return clock.present(moment).steady < deadline
    }
}
