import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

extension DispatchState {
    /// An attempt has ended: what the machine makes of it, and with it of its message or call. `nil` for one that is no longer known.
    mutating func complete(
        _ attempt: Attempt,
        _ classification: Classification,
        _ result: Result<UpstreamReply, TransportFailure>,
        at now: Moment
    ) -> AttemptResult? {
        let (lease, id) = (attempt.lease, attempt.lease.job.id)
        var evidence = attempt.evidence(classification, result, calls[id]?.call)
        evidence.isOutdated = attempt.runtime.keeper !== apps[lease.app].keeper
        guard
            let done = machine.complete(id, with: classification, evidence: evidence, at: now, using: &generator)
        else { return nil }
        if let transition = done.transition {
            due.events.append(.breakerMoved(transition, breaker: machine.name(lease.breaker)))
        }
        if done.classification.outcome == .tokenRejected, let token = attempt.token {
            rejected(token, of: lease.app, at: now)
        }
        if done.job.isDurable {
            settle(done, attempt, at: now)
        } else {
            answer(done, attempt, result, at: now)
        }
        return done
    }

    private mutating func settle(_ done: AttemptResult, _ attempt: Attempt, at now: Moment) {
        let settlement = Settlement(done, done.classification, at: now.timestamp)
        let record = AttemptRecord(done, settlement, took: now.instant - done.lease.startedAt.instant)
        let id = done.job.id
        var sequel = Consequences.Sequel.nothing
        if settlement.state.isTerminal {
            let watching = watchers.take(id)
            if !watching.isEmpty { sequel = .ended(watching, nil) }
            var end = MessageEnd(done.job, gate: attempt.gate, settlement)
            end.traceparent = attempt.trail.traceparent
            end.last = MessageEnd.Attempt(
                number: record.number,
                outcome: record.outcome,
                errcode: record.errcode,
                rid: record.rid,
                trace: attempt.trace
            )
            due.events.append(.messageEnded(end))
        } else if let body = attempt.body {
            bodies.keep(Parcel(body: body, trail: attempt.trailAfterwards(at: now.timestamp)), for: id)
        }
        due.write([.settle(id, record, settlement)], then: sequel)
    }

    private mutating func answer(
        _ done: AttemptResult,
        _ attempt: Attempt,
        _ result: Result<UpstreamReply, TransportFailure>,
        at now: Moment
    ) {
        var last = LastAttempt(classification: done.classification, token: attempt.token)
        if attempt.token != nil { last.keeper = attempt.runtime.keeper }
        switch result {
        case .success(let reply): last.reply = reply
        case .failure(let failure): last.failure = failure
        }
        last.isAmbiguous = done.job.marks.contains(.ambiguous)
        guard case .ended = done.disposition else {
            calls[done.job.id]?.last = last
            calls[done.job.id]?.trail = attempt.trailAfterwards(at: now.timestamp)
            waitAgain(done.job.id)
            return
        }
        end(done.job.id) { _ in .attempted(last) }
    }
}

extension Attempt {
    /// What the machine should know of it beyond its classification.
    ///
    /// - Parameter call: the call that it was made for.
    fileprivate func evidence(
        _ classification: Classification,
        _ result: Result<UpstreamReply, TransportFailure>,
        _ call: RelayCall?
    ) -> AttemptEvidence {
        var evidence = AttemptEvidence(path: call?.path, usedToken: token != nil)
        if case .failure(let failure) = result { evidence.failure = failure.kind }
        evidence.concernsApp = concernsApp
        evidence.isBodyIncomplete = progress.map { !$0.isComplete } ?? false
        // Both cost a look at the whole body, so only where something hangs on it.
        if classification.outcome == .unknown, let body {
            evidence.isRepeatKnown = api.repeatability.knowsRepeat(of: body)
        }
        if classification.outcome == .tokenRejected || classification.outcome == .account {
            let target = call.map { $0.targetPrefix + $0.targetSuffix } ?? api.label
            evidence.fingerprint = CallFingerprint.make(target: target, body: body ?? call?.body ?? [])
        }
        return evidence
    }
}
