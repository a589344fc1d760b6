import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

/// What makes a lane, an app or a single job wait after an attempt.
extension DispatchMachine {
    // MARK: Operators must act

    /// An operator must act: messages wait, a relayed call's caller is told.
    mutating func hold(
        _ lease: Lease,
        _ result: Classification,
        _ evidence: AttemptEvidence,
        at now: SteadyClock.Present
    ) -> Disposition {
        let end = Disposition.ended(lease.job.honest(.failed))
        let app = lease.app
        switch result.scope {
        case .message, .recipient, .recipientTemplate, .template:
            // One banned template or one mass message that waits for its administrator says nothing about the rest of the lane.
            return end
        case .api:
            let hold = renewed(gates[lease.gate].hold, result, at: now)
            gates[lease.gate].hold = hold
            touched(.gate(lease.gate))
            changed(gate: lease.gate, at: now)
            return lease.job.isDurable ? .waiting(Obstacle(hold.reason, until: now.wall(at: hold.until))) : end
        case .app:
            let fingerprint = result.provesAccount ? nil : evidence.fingerprint
            guard apps[app].suspicion.refused(fingerprint, at: now.instant) else {
                return lease.job.isDurable ? pause(lease, result, at: now) : end
            }
            let hold = renewed(apps[app].hold, result, at: now)
            apps[app].hold = hold
            touched(.app(app))
            changed(app: app, at: now)
            return lease.job.isDurable ? .waiting(Obstacle(hold.reason, until: now.wall(at: hold.until))) : end
        }
    }

    private func renewed(_ hold: Hold?, _ result: Classification, at now: SteadyClock.Present) -> Hold {
        let isToken = result.outcome == .tokenRejected
        let reason: Obstacle.Reason = isToken ? .tokenRejected : .account
        // Several calls of the same time are refused together: one hold.
        if let hold, hold.reason == reason, now.instant < hold.until { return hold }
        return Hold(
            DispatchMachine.cause(result, at: now),
            reason: reason,
            at: now.instant,
            for: isToken ? Hold.tokenInterval : Hold.interval,
            after: hold
        )
    }

    private static func cause(_ result: Classification, at now: SteadyClock.Present) -> Cause {
        result.errcode.map { Cause(errcode: $0, since: now.wall) } ?? Cause(result.outcome.rawValue, since: now.wall)
    }

    /// What was said may be about this call's content: it alone waits, longer each time.
    private func pause(_ lease: Lease, _ result: Classification, at now: SteadyClock.Present) -> Disposition {
        let isToken = result.outcome == .tokenRejected
        let first = isToken ? Hold.tokenInterval : Hold.interval
        let wait = idlePause(lease.job.id, first: first, longest: Hold.longestInterval)
        return .pausing(Obstacle(isToken ? .tokenRejected : .account, until: now.wall(at: now.instant + wait)))
    }

    /// This machine had no descriptor, memory or connection for it: nobody's failure, and no attempt is used up.
    func pauseForShortage(_ lease: Lease, at now: SteadyClock.Present) -> Disposition {
        let first = lease.job.isDurable ? Duration.seconds(1) : .milliseconds(100)
        let wait = idlePause(lease.job.id, first: first, longest: .seconds(60))
        return .pausing(Obstacle(.concurrency, until: now.wall(at: now.instant + wait)))
    }

    private func idlePause(_ id: JobID, first: Duration, longest: Duration) -> Duration {
        min(first * (1 << min(memory[id]?.idleWaits ?? 0, 20)), longest)
    }

    // MARK: WeChat's counters

    /// WeChat's own counters: the lane waits for them to start anew, and nobody's attempts are used up. In a lane that several paths
    /// share, the path alone is closed.
    mutating func park(
        _ lease: Lease,
        _ result: Classification,
        _ evidence: AttemptEvidence,
        at now: SteadyClock.Present
    ) -> Disposition {
        let reason: Obstacle.Reason = result.outcome == .quotaExhausted ? .quotaExhausted : .throttled
        let cause = DispatchMachine.cause(result, at: now)
        let park = Park(obstacle: reason, end: parkEnd(result, lease, at: now), cause: cause)
        let until = park.end.until(at: now)
        let end = Disposition.ended(lease.job.honest(.failed))
        if gates[lease.gate].api.label == APICatalog.otherLabel, let path = evidence.path {
            let app = lease.app
            if let oldest = pathParks.park(path, app: app, park) { touched(.path(oldest.path, app: oldest.app)) }
            touched(.path(path, app: app))
            return end
        }
        // Several calls of the same time are told together: one park, up to the latest of their times.
        if let present = gates[lease.gate].park, !present.isOver(at: now) {
            if present.end.until(at: now) < until { gates[lease.gate].park = park }
        } else {
            gates[lease.gate].park = park
            gates[lease.gate].throttleStreak = min(gates[lease.gate].throttleStreak + 1, 1000)
            if reason == .throttled { slowDown(lease.gate, at: now) }
        }
        if reason == .quotaExhausted { gates[lease.gate].release = QuotaRelease(from: until) }
        touched(.gate(lease.gate))
        gates[lease.gate].bucket.drain(at: now.instant)
        changed(gate: lease.gate, at: now)
        if !lease.job.isDurable, lease.job.expiresAt.map({ clock.steady(until) >= $0 }) ?? false { return end }
        return .waiting(Obstacle(reason, until: until))
    }

    private mutating func slowDown(_ gate: GateID, at now: SteadyClock.Present) {
        let full = DispatchMachine.limit(of: gates[gate].api, apps[gates[gate].app].route)
        let slowdown = Slowdown(of: full, after: gates[gate].slowdown, at: now.instant)
        gates[gate].setLimit(full, slowedDown: slowdown, at: now.instant)
    }

    func parkEnd(_ result: Classification, _ lease: Lease, at now: SteadyClock.Present) -> Park.End {
        switch result.wait {
        case .midnight:
            // No page names the instant of the reset: a refusal in the day's first hour is asked about again soon,
            // instead of costing the whole day.
            let midnight = ChinaTime.nextMidnight(after: now.wall)
            let intoDay = Duration.seconds(86_400) - (midnight - now.wall)
            return intoDay < .seconds(3600) ? .instant(now.instant + .seconds(600)) : .wall(midnight)
        case .nextMinute: return .wall(ChinaTime.nextMinute(after: now.wall))
        case .seconds(let seconds) where result.scope == .api || result.scope == .app:
            // Told again and again, it asks ever less often, up to once a minute.
            let first = Duration.seconds(max(1, seconds))
            let isParked = gates[lease.gate].park.map { !$0.isOver(at: now) } ?? false
            let streak = max(0, min(gates[lease.gate].throttleStreak - (isParked ? 1 : 0), 6))
            return .instant(now.instant + min(first * (1 << streak), max(first, .seconds(60))))
        case .seconds(let seconds): return .instant(now.instant + .seconds(seconds))
        case .none: return .instant(now.instant + .seconds(60))
        }
    }

    // MARK: Retries

    /// Transient and ambiguous ends: by class, inside the budget, and where a repeat could be seen twice only inside the window in
    /// which WeChat recognises it.
    mutating func retry(
        _ lease: Lease,
        isAmbiguous: Bool,
        pushback: Duration? = nil,
        at now: SteadyClock.Present,
        using generator: inout SplitMix64
    ) -> Disposition {
        let job = lease.job
        let exhausted = Disposition.ended(isAmbiguous ? .unknown : job.honest(.dead))
        let isSafe = !isAmbiguous || job.marks.contains(.repeatable)
        let window = isSafe ? nil : repeatWindow(of: job)
        guard isSafe || window != nil, Int(job.retryClass) < policy.retryClasses.count else { return exhausted }
        let policy = policy.retryClasses[Int(job.retryClass)]
        let age = now.steady - (job.firstAttemptAt ?? now.steady)
        let decision = policy.decision(
            afterAttempt: Int(job.countedAttempts) + 1,
            age: age,
            pushback: pushback,
            durable: job.isDurable,
            using: &generator
        )
        guard case .retry(let planned, let fast) = decision else { return exhausted }
        // What was given up while it hung has waited already.
        var delay = lease.isGivenUp ? .zero : max(planned, pushback ?? .zero)
        if policy.isBeyondMaxAge(age + delay) { return exhausted }
        if let window, age + delay >= window { return exhausted }
        // What `bounded` would end costs the budget nothing.
        if !job.isDurable, job.marks.contains(.once) || job.expiresAt.map({ now.steady + delay >= $0 }) ?? false {
            return exhausted
        }
        var cost = RetryCost.paid
        if case .wait(let wait) = apps[lease.app].budget.charge(at: now.instant) {
            guard job.isDurable else { return exhausted }
            // The budget puts a retry off and never ends it: not past the time at which it would be too late.
            let end = window.map { $0 - DispatchMachine.windowReserve }
            let latest = [policy.maxAge, end].compactMap { $0 }.min().map { $0 - age }
            let turn = apps[lease.app].takeUnpaidTurn(wait)
            let put = max(delay, min(turn, latest ?? turn))
            cost = .deferred(put - delay)
            delay = put
        }
        return .retry(at: now.steady + delay, fast: fast, cost: cost)
    }
}
