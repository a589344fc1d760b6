public import Queueing
import Resilience
public import Timekeeping
public import WeChat

extension DispatchMachine {
    /// An attempt has ended. Feeds the breaker, the limiter, the quota gate and the retry budget, each with what concerns it alone,
    /// and decides what becomes of the job. `nil` for an attempt that is no longer known (a late result).
    public mutating func complete(
        _ id: JobID,
        with result: Classification,
        at now: Moment,
        using generator: inout some RandomNumberGenerator
    ) -> AttemptResult? {
        guard let lease = endLease(id) else { return nil }
        var result = result
        // The repeat of an attempt whose end was not known is refused as a duplicate: the first one was taken.
        if result.isDuplicateOnRepeat, lease.job.marks.contains(.ambiguous) { result.outcome = .accepted }
        let transition = recordInBreaker(result, of: lease, at: now, using: &generator)
        settleProbes(lease, outcome: result.outcome, at: now.timestamp)
        let disposition = decide(result, lease: lease, at: now, using: &generator)
        let job = apply(disposition, outcome: result.outcome, to: lease, at: now.timestamp)
        if case .ended = disposition {
            memory.forget(id)
        } else {
            memory.keep(id, started: lease.startedAt.instant, ended: now.timestamp)
        }
        return AttemptResult(
            lease: lease,
            job: job,
            disposition: disposition,
            classification: result,
            transition: transition
        )
    }

    private mutating func recordInBreaker(
        _ result: Classification,
        of lease: Lease,
        at now: Moment,
        using generator: inout some RandomNumberGenerator
    ) -> BreakerTransition? {
        let call: CallResult =
            switch result.breaker {
            case .failure: .failure
            case .success: .success
            case .ignored: .ignored
            }
        let took = now.instant - lease.startedAt.instant
        return breakers[gates[lease.gate].breaker]
            .record(call, took: took, for: lease.permit, at: now.instant, using: &generator)
    }

    /// A probe of a hold that came back opens the gate, unless it failed for reasons that say nothing about the account.
    private mutating func settleProbes(_ lease: Lease, outcome: Outcome, at now: Timestamp) {
        settle(&apps[gates[lease.gate].app].hold, probe: lease.job.id, outcome: outcome, at: now)
        settle(&gates[lease.gate].hold, probe: lease.job.id, outcome: outcome, at: now)
    }

    private func settle(_ hold: inout Hold?, probe: JobID, outcome: Outcome, at now: Timestamp) {
        guard hold?.probe == probe else { return }
        switch outcome {
        case .transient, .unknown: hold?.probeFailed(at: now)
        // Its one repeat with another token may go at once.
        case .tokenRejected: hold?.withdraw(probe)
        case .accepted, .recipient, .request, .account, .throttled, .quotaExhausted: hold = nil
        }
    }

    private mutating func decide(
        _ result: Classification,
        lease: Lease,
        at now: Moment,
        using generator: inout some RandomNumberGenerator
    ) -> Disposition {
        let job = lease.job
        switch result.outcome {
        case .accepted: return .ended(.sent)
        case .recipient, .request: return .ended(.failed)
        case .account: return hold(lease, result: result, at: now)
        case .tokenRejected:
            if !job.marks.contains(.tokenRetried) { return .tokenRetry }
            return hold(lease, result: result, at: now)
        case .throttled, .quotaExhausted:
            // Of one recipient or message (43117, 45066) it says nothing about the lane: that message alone comes back later.
            guard result.scope == .api || result.scope == .app else {
                let pause = parkEnd(result, at: now.timestamp) - now.timestamp
                let isAmbiguous = job.marks.contains(.ambiguous)
                return retry(lease, isAmbiguous: isAmbiguous, pushback: pause, at: now, using: &generator)
            }
            return park(lease, result: result, at: now)
        case .transient: return retry(lease, isAmbiguous: job.marks.contains(.ambiguous), at: now, using: &generator)
        case .unknown: return retry(lease, isAmbiguous: true, at: now, using: &generator)
        }
    }

    /// An operator must act: messages wait, a relayed call's caller is told.
    private mutating func hold(_ lease: Lease, result: Classification, at now: Moment) -> Disposition {
        let cause = result.errcode.map { "errcode \($0)" } ?? result.outcome.rawValue
        let interval = result.outcome == .tokenRejected ? Hold.tokenInterval : Hold.interval
        switch result.scope {
        case .app:
            apps[gates[lease.gate].app].hold = Hold(cause: cause, at: now.timestamp, for: interval)
        case .api:
            gates[lease.gate].hold = Hold(cause: cause, at: now.timestamp, for: interval)
        case .message, .recipient, .recipientTemplate, .template:
            // One banned template or one mass message that waits for its administrator says nothing about the rest of the lane.
            return .ended(.failed)
        }
        guard lease.job.isDurable else { return .ended(.failed) }
        return .waiting(Obstacle(.account, until: now.timestamp + interval))
    }

    /// WeChat's own counters: the lane waits for them to start anew, and nobody's attempts are used up.
    private mutating func park(_ lease: Lease, result: Classification, at now: Moment) -> Disposition {
        let until = parkEnd(result, at: now.timestamp)
        let reason: Obstacle.Reason = result.outcome == .quotaExhausted ? .quotaExhausted : .throttled
        gates[lease.gate].park = Park(obstacle: reason, until: until)
        gates[lease.gate].bucket.drain(at: now.instant)
        if !lease.job.isDurable, lease.job.expiresAt.map({ until >= $0 }) ?? false { return .ended(.failed) }
        return .waiting(Obstacle(reason, until: until))
    }

    private func parkEnd(_ result: Classification, at now: Timestamp) -> Timestamp {
        switch result.wait {
        case .midnight:
            // No page names the instant of the reset: a refusal in the day's first hour is asked about again soon,
            // instead of costing the whole day.
            let midnight = ChinaTime.nextMidnight(after: now)
            let intoDay = Duration.seconds(86_400) - (midnight - now)
            return intoDay < .seconds(3600) ? now + .seconds(600) : midnight
        case .nextMinute: return ChinaTime.nextMinute(after: now)
        case .seconds(let seconds): return now + .seconds(seconds)
        case .none: return now + .seconds(60)
        }
    }

    /// Transient and ambiguous ends: by class, inside the budget, and where a repeat could be seen twice only inside the window in
    /// which WeChat recognises it.
    private mutating func retry(
        _ lease: Lease,
        isAmbiguous: Bool,
        pushback: Duration? = nil,
        at now: Moment,
        using generator: inout some RandomNumberGenerator
    ) -> Disposition {
        let job = lease.job
        let exhausted = Disposition.ended(isAmbiguous ? .unknown : .dead)
        let isSafe = !isAmbiguous || job.marks.contains(.repeatable)
        guard isSafe || job.marks.contains(.deduplicated), Int(job.retryClass) < policy.retryClasses.count else {
            return exhausted
        }
        let first = job.firstAttemptAt ?? now.timestamp
        let decision = policy.retryClasses[Int(job.retryClass)].decision(
            afterAttempt: Int(job.countedAttempts) + 1,
            age: now.timestamp - first,
            pushback: pushback,
            durable: job.isDurable,
            using: &generator
        )
        guard case .retry(let planned, let fast) = decision else { return exhausted }
        var delay = max(planned, pushback ?? .zero)
        var cost = RetryCost.paid
        if case .wait(let wait) = apps[gates[lease.gate].app].budget.charge(at: now.instant) {
            guard job.isDurable else { return exhausted }
            let unpaid = apps[gates[lease.gate].app].unpaidDelay(wait, at: now.instant)
            cost = .deferred(max(.zero, unpaid - delay))
            delay = max(delay, unpaid)
        }
        let due = now.timestamp + delay
        if !isSafe, due - first > policy.deduplicationWindow { return exhausted }
        if !job.isDurable, let deadline = job.expiresAt, due >= deadline { return exhausted }
        return .retry(at: due, fast: fast, cost: cost)
    }

    private mutating func apply(
        _ disposition: Disposition,
        outcome: Outcome,
        to lease: Lease,
        at now: Timestamp
    ) -> Job {
        let id = lease.job.id
        var marks = lease.job.marks
        if outcome == .unknown { marks.insert(.ambiguous) }
        switch disposition {
        case .ended:
            _ = queue.finish(id)
        case .retry(let due, _, _):
            marks.remove(.tokenRetried)
            requeue(lease, notBefore: due, counted: 1, marks: marks, at: now)
        case .waiting:
            marks.remove(.tokenRetried)
            requeue(lease, notBefore: nil, counted: 0, marks: marks, at: now)
        case .tokenRetry:
            marks.insert(.tokenRetried)
            requeue(lease, notBefore: nil, counted: 0, marks: marks, at: now)
        }
        var job = queue.job(id) ?? lease.job
        job.marks = marks
        return job
    }

    /// Back into the queue. What waits for no time of its own keeps its place at the front.
    private mutating func requeue(
        _ lease: Lease,
        notBefore: Timestamp?,
        counted: UInt32,
        marks: JobFlags,
        at now: Timestamp
    ) {
        let leased = lease.job
        _ = queue.requeue(leased.id, notBefore: notBefore, front: notBefore == nil, at: now) { job in
            job.startedAttempts = leased.startedAttempts
            job.firstAttemptAt = leased.firstAttemptAt
            job.countedAttempts = leased.countedAttempts.saturatingAdd(counted)
            job.marks = marks
        }
    }

    /// An attempt was started and then not made: no byte left Weir. It gives back what it took and does not count.
    public mutating func abandon(_ id: JobID, at now: Moment) -> Job? {
        guard let lease = giveBack(id, at: now) else { return nil }
        _ = queue.requeue(id, notBefore: nil, front: true, at: now.timestamp) { _ in }
        return lease.job
    }

    /// A job that must not exist any more, because the journal could not take it: gone, whatever it is doing.
    public mutating func discard(_ id: JobID, at now: Moment) {
        memory.forget(id)
        if giveBack(id, at: now) != nil {
            _ = queue.finish(id)
        } else {
            _ = queue.cancel(id)
        }
    }

    /// Ends an attempt that was started and not made, and its job with it, where a repeat could by now be shown twice: writing its start
    /// down took long. `nil` when it may go.
    public mutating func endIfStale(_ id: JobID, at now: Moment) -> Job? {
        guard let lease = leases[id], isStale(lease.job, at: now) else { return nil }
        discard(id, at: now)
        return lease.job
    }

    private mutating func giveBack(_ id: JobID, at now: Moment) -> Lease? {
        guard let lease = endLease(id) else { return nil }
        gates[lease.gate].bucket.giveBack(mark: lease.mark, at: now.instant)
        breakers[gates[lease.gate].breaker].release(lease.permit, at: now.instant)
        apps[gates[lease.gate].app].hold?.withdraw(id)
        gates[lease.gate].hold?.withdraw(id)
        return lease
    }
}
