package import Queueing
import Resilience
package import Timekeeping
package import WeChat
import WeirPorts

extension DispatchMachine {
    /// An attempt has ended. Feeds the breaker, the limiter, the quota gate and the retry budget, each with what concerns it alone,
    /// and decides what becomes of the job. `nil` for an attempt that is no longer known (a late result).
    package mutating func complete(
        _ id: JobID,
        with result: Classification,
        evidence: AttemptEvidence = AttemptEvidence(),
        at moment: Moment,
        using generator: inout SplitMix64
    ) -> AttemptResult? {
        let now = read(moment)
        guard var lease = endLease(id, at: now.instant) else { return nil }
        var result = result
        if result.outcome == .unknown, evidence.isRepeatKnown { lease.job.marks.insert(.deduplicated) }
        // The repeat of an attempt whose end was not known is refused as a duplicate: the first one was taken.
        if result.isDuplicateOnRepeat, !lease.job.marks.isDisjoint(with: [.ambiguous, .doubtedBefore]) {
            result.outcome = .accepted
        }
        let transition = recordInBreaker(result, evidence, of: lease, at: now, using: &generator)
        learn(from: result, evidence, lease, at: now)
        settleProbes(lease, outcome: evidence.concernsApp && !evidence.isOutdated ? result.outcome : nil, at: now)
        let decided = decide(result, evidence, lease: lease, at: now, using: &generator)
        let disposition = bounded(decided, outcome: result.outcome, lease: lease, at: now)
        let job = apply(disposition, outcome: result.outcome, to: lease, at: now)
        return AttemptResult(
            lease: clock.outward(lease),
            job: clock.outward(job),
            disposition: outward(disposition),
            classification: result,
            transition: transition
        )
    }

    private func outward(_ disposition: Disposition) -> Disposition {
        guard case .retry(let due, let fast, let cost) = disposition else { return disposition }
        return .retry(at: clock.wall(due), fast: fast, cost: cost)
    }

    private mutating func decide(
        _ result: Classification,
        _ evidence: AttemptEvidence,
        lease: Lease,
        at now: SteadyClock.Present,
        using generator: inout SplitMix64
    ) -> Disposition {
        let job = lease.job
        // Its answer is the breaker's business alone.
        if job.marks.contains(.ownProbe) { return .ended(.dead) }
        switch result.outcome {
        case .accepted: return .ended(.sent)
        // Said to credentials that are no more: with the new ones it may go.
        case .account where evidence.isOutdated, .tokenRejected where evidence.isOutdated,
            .throttled where evidence.isOutdated, .quotaExhausted where evidence.isOutdated:
            return job.isDurable ? .waiting(Obstacle(.noToken)) : .ended(job.honest(.failed))
        // After an attempt in doubt only an acceptance says what became of it.
        case .recipient, .request: return .ended(job.honest(.failed))
        case .account: return hold(lease, result, evidence, at: now)
        case .tokenRejected:
            return job.marks.contains(.tokenRetried) ? hold(lease, result, evidence, at: now) : .tokenRetry
        case .throttled, .quotaExhausted:
            // Of one recipient or message (43117, 45066) it says nothing about the lane: that message alone comes back later.
            guard result.scope == .api || result.scope == .app else {
                let pause = parkEnd(result, lease, at: now).until(at: now) - now.wall
                let isAmbiguous = job.marks.contains(.ambiguous)
                return retry(lease, isAmbiguous: isAmbiguous, pushback: pause, at: now, using: &generator)
            }
            return park(lease, result, evidence, at: now)
        case .transient:
            if evidence.failure == .shortage { return pauseForShortage(lease, at: now) }
            return retry(lease, isAmbiguous: job.marks.contains(.ambiguous), at: now, using: &generator)
        case .unknown:
            // The answer is longer than Weir takes: it would be the next time, too.
            if evidence.failure == .tooLarge { return .ended(.unknown) }
            return retry(lease, isAmbiguous: true, at: now, using: &generator)
        }
    }

    /// Every way on passes here: a relayed call goes on only while its caller is there and has time for another attempt, and one
    /// whose body came from its caller as it was sent can't go again.
    private func bounded(
        _ disposition: Disposition,
        outcome: Outcome,
        lease: Lease,
        at now: SteadyClock.Present
    ) -> Disposition {
        let due: Timestamp
        switch disposition {
        case .ended: return disposition
        case .retry(let time, _, _): due = time
        case .waiting, .tokenRetry: due = now.steady
        case .pausing(let obstacle): due = obstacle.until.map { clock.steady($0) } ?? now.steady
        }
        let isOver = lease.job.expiresAt.map { due >= $0 } ?? false
        guard !lease.job.isDurable, isOver || lease.job.marks.contains(.once) else { return disposition }
        return .ended(outcome == .unknown || lease.job.isInDoubt ? .unknown : .dead)
    }

    private mutating func apply(
        _ disposition: Disposition,
        outcome: Outcome,
        to lease: Lease,
        at now: SteadyClock.Present
    ) -> Job {
        let id = lease.job.id
        var marks = lease.job.marks
        if outcome == .unknown { marks.insert(.ambiguous) }
        if disposition != .tokenRetry { marks.remove(.tokenRetried) }
        switch disposition {
        case .ended(let state):
            _ = queue.finish(id, as: PromiseEnd(state), at: now.steady)
            memory.forget(id)
        case .retry(let due, _, let cost):
            if case .deferred = cost { marks.insert(.unpaid) }
            // What was given up while it hung has had its turn.
            requeue(lease, notBefore: lease.isGivenUp ? nil : due, counted: 1, marks: marks, at: now)
        case .waiting:
            requeue(lease, notBefore: nil, counted: 0, marks: marks, at: now)
        case .pausing(let obstacle):
            let due = obstacle.until.map { clock.steady($0) }
            requeue(lease, notBefore: due, counted: 0, marks: marks, at: now)
        case .tokenRetry:
            marks.insert(.tokenRetried)
            // Others' calls are accepted with this token: they go on with it, and this one waits for the keeper's answer.
            let isProven = isTokenProven(app: lease.app, at: now.instant)
            if isProven { apps[lease.app].awaitToken(id) }
            let due = isProven ? now.steady + DispatchMachine.tokenAnswerTime : nil
            requeue(lease, notBefore: due, counted: 0, marks: marks, at: now)
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
        at now: SteadyClock.Present
    ) {
        let leased = lease.job
        // A token retry is no end of its own.
        let isIdle = marks.contains(.tokenRetried) ? nil : counted == 0
        memory.keep(leased.id, started: lease.startedAt.instant, ended: now.instant, isIdle: isIdle)
        _ = queue.requeue(leased.id, notBefore: notBefore, front: notBefore == nil, at: now.steady) { job in
            job.startedAttempts = leased.startedAttempts
            job.firstAttemptAt = leased.firstAttemptAt
            job.countedAttempts = leased.countedAttempts.saturatingAdd(counted)
            job.marks = marks
            DispatchMachine.bound(&job)
        }
    }

    /// How long a rejected call waits for the keeper's answer while others use the token: then it goes with the same one.
    static let tokenAnswerTime = Duration.seconds(1)

    /// An attempt was started and then not made: no byte left Weir. It gives back what it took and does not count.
    ///
    /// - Parameter lacksToken: there was no token for it. Should nothing hold it back, it waits for a token request's answer, or a
    ///   second, so that it is not started over and over.
    package mutating func abandon(_ id: JobID, lacksToken: Bool = false, at moment: Moment) -> Job? {
        let now = read(moment)
        guard let lease = giveBack(id, at: now) else { return nil }
        let mustPause = lacksToken && appBlock(lease.gate, at: now) == nil
        if mustPause { apps[lease.app].awaitToken(id) }
        let due = mustPause ? now.steady + DispatchMachine.tokenAnswerTime : nil
        _ = queue.requeue(id, notBefore: due, front: due == nil, hasGone: false, at: now.steady) { job in
            job.marks = lease.job.marks
            // A caller who has hung up meanwhile has no time left.
            if !job.isDurable { job.expiresAt = lease.job.expiresAt }
        }
        return clock.outward(lease.job)
    }

    /// A job that must not exist any more, because the journal could not take it: gone, whatever it is doing.
    package mutating func discard(_ id: JobID, at moment: Moment) { discard(id, as: .void, at: moment) }

    private mutating func discard(_ id: JobID, as end: PromiseEnd, at moment: Moment) {
        if let lease = giveBack(id, at: read(moment)) {
            _ = queue.finish(id, as: end, at: clock.present(moment).steady)
            forget(lease.job)
        } else if case .removed(let job) = queue.cancel(id) {
            forget(job)
        }
    }

    /// Ends an attempt that was started and not made, and its job with it, where a repeat could by now be shown twice: writing its start
    /// down took long. `nil` when it may go.
    package mutating func endIfStale(_ id: JobID, at moment: Moment) -> Job? {
        guard let lease = leases[id], isStale(lease.job, at: clock.present(moment).steady) else { return nil }
        discard(id, as: .broken, at: moment)
        return clock.outward(lease.job)
    }

    /// Whether an attempt of a job is in flight, or about to be.
    package func isInFlight(_ id: JobID) -> Bool { leases[id] != nil }

    /// Whether an attempt that is to be transmitted now would come too late.
    package func isStale(_ id: JobID, at moment: Moment) -> Bool {
        leases[id].map { isStale($0.job, at: clock.present(moment).steady) } ?? false
    }

    private mutating func giveBack(_ id: JobID, at now: SteadyClock.Present) -> Lease? {
        guard let lease = endLease(id, at: now.instant) else { return nil }
        giveBack(lease.permits, at: now.instant)
        gates[lease.gate].release?.ended(id)
        if gates[lease.gate].hold?.probe == id { gates[lease.gate].hold?.withdraw() }
        returnCall(lease.gate, at: now)
        if apps[lease.app].hold?.probe == id {
            apps[lease.app].hold?.withdraw()
            changed(app: lease.app, at: now)
        } else if breakers[lease.breaker].circuit.state != .closed {
            changed(breaker: lease.breaker, at: now)
        }
        return lease
    }
}
