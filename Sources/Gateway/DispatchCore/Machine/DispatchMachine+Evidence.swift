import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

/// Whom an attempt's end says something about.
extension DispatchMachine {
    mutating func recordInBreaker(
        _ result: Classification,
        _ evidence: AttemptEvidence,
        of lease: Lease,
        at now: SteadyClock.Present,
        using generator: inout SplitMix64
    ) -> BreakerTransition? {
        let took = now.instant - lease.startedAt.instant
        var call: CallResult =
            switch result.breaker {
            case .failure: .failure
            case .success: .success
            case .ignored: .ignored
            }
        if call == .failure, wasCut(evidence, lease, after: took) { call = .ignored }
        // Weir's own questions are too few to close a breaker again, and that they are answered helps no message.
        if isQuestion(lease) { call = .ignored }
        if call == .success { breakers[lease.breaker].nextQuestion = nil }
        if call != .ignored { breakers[lease.breaker].judged(call == .success, at: now.instant) }
        if result.isAnswer, evidence.failure == nil { breakers[lease.breaker].answered(at: now.instant) }
        if call != .ignored { gotThrough(call == .success, app: lease.app, at: now.wall) }
        let group = gates[lease.gate].api.group
        let transition = breakers[lease.breaker].circuit
            .record(
                call,
                took: took,
                slowAfter: policy.slowCall(group),
                // A transfer is long because it is large, or because its caller is slow.
                toleratesSlow: group == .media || lease.job.marks.contains(.once),
                wasOverdue: lease.isOverdue,
                for: lease.permits.permit,
                at: now.instant,
                using: &generator
            )
        if let transition { note(transition, lease.breaker, at: now.moment) }
        let isClosed = breakers[lease.breaker].circuit.state == .closed
        if transition != nil || !isClosed { changed(breaker: lease.breaker, at: now) }
        if call == .failure { judgeHost(lease, evidence.failure, isAnswer: result.isAnswer, at: now) }
        return transition
    }

    /// Whether Weir asks what of a quota is used.
    func isQuestion(_ lease: Lease) -> Bool { gates[lease.gate].api.label == QuotaQuestion.path }

    /// Whether there is no answer because a caller's own deadline came: that says something about the upstream only when the attempt ran
    /// about as long as one does that nobody hurries, or long enough to be slow.
    private func wasCut(_ evidence: AttemptEvidence, _ lease: Lease, after took: Duration) -> Bool {
        guard let failure = evidence.failure, failure == .timeout || failure == .connect || failure == .resolve else {
            return false
        }
        // A failure before the attempt's time was over has causes of its own.
        guard took + .milliseconds(20) >= lease.timeout else { return false }
        if evidence.isBodyIncomplete { return true }
        let group = gates[lease.gate].api.group
        let usual = policy.attemptTime(group, isDurable: lease.job.isDurable) * 3 / 4
        return took < min(policy.slowCall(group), usual)
    }

    /// What later decisions about the lane and the app are made from.
    mutating func learn(
        from result: Classification,
        _ evidence: AttemptEvidence,
        _ lease: Lease,
        at now: SteadyClock.Present
    ) {
        let took = now.instant - lease.startedAt.instant
        // How long a streamed body takes is its caller's doing.
        let isTimed = !lease.job.marks.contains(.once)
        if result.isAnswer, evidence.failure == nil {
            if isTimed { gates[lease.gate].latency.record(took) }
            gates[lease.gate].answered(startedAt: lease.startedAt.instant)
        } else if isTimed, evidence.failure == .timeout {
            // It would have taken at least this long.
            gates[lease.gate].latency.record(took)
        }
        learnQuota(lease, result, evidence, at: now)
        if result.outcome == .accepted || result.outcome == .recipient {
            gates[lease.gate].throttleStreak = 0
            if evidence.usedToken, evidence.concernsApp, !evidence.isOutdated, !isQuestion(lease) {
                apps[lease.app].suspicion.accepted(at: now.instant)
            }
        }
    }

    /// A probe of a hold that came back opens the gate, unless it failed for reasons that say nothing about the account.
    ///
    /// - Parameter outcome: `nil` for a call whose end concerns its caller alone.
    mutating func settleProbes(_ lease: Lease, outcome: Outcome?, at now: SteadyClock.Present) {
        let (id, app) = (lease.job.id, lease.app)
        if apps[app].hold?.probe == id {
            DispatchMachine.settle(&apps[app].hold, outcome: outcome, at: now.instant)
            touched(.app(app))
            changed(app: app, at: now)
        }
        if gates[lease.gate].hold?.probe == id {
            DispatchMachine.settle(&gates[lease.gate].hold, outcome: outcome, at: now.instant)
            touched(.gate(lease.gate))
            changed(gate: lease.gate, at: now)
        }
    }

    private static func settle(_ hold: inout Hold?, outcome: Outcome?, at now: Instant) {
        switch outcome {
        case .transient, .unknown: hold?.probeFailed(at: now)
        // Refused again: what is decided about the call renews the hold. A token's one repeat may go at once.
        case .tokenRejected, .account, nil: hold?.withdraw()
        case .accepted, .recipient, .request, .throttled, .quotaExhausted: hold = nil
        }
    }
}
