import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat
import WeirPorts

extension Dispatcher {
    /// An attempt has ended, on the transport's thread.
    func complete(_ attempt: Attempt, _ result: Result<UpstreamReply, TransportFailure>) {
        let lease = attempt.lease
        let classification = attempt.classify(result)
        let (done, className, now) = update { state, now -> (AttemptResult?, className: String, Moment) in
            var evidence = evidence(attempt, classification, result, state.calls[lease.job.id]?.call)
            evidence.isOutdated = attempt.runtime.keeper !== state.apps[state.machine.gates[lease.gate].app].keeper
            let id = lease.job.id
            guard
                let done = state.machine.complete(
                    id,
                    with: classification,
                    evidence: evidence,
                    at: now,
                    using: &state.generator
                )
            else { return (nil, "", now) }
            if let transition = done.transition {
                state.events.append(.breakerMoved(transition, breaker: state.name(ofBreaker: lease.breaker)))
            }
            if done.classification.outcome == .tokenRejected, let token = attempt.token {
                // Under the same lock: nobody may take the rejected token for the repeat.
                rejected(token, app: state.machine.gates[lease.gate].app, in: &state, at: now)
            }
            if done.job.isDurable {
                settle(done, attempt, in: &state, at: now)
            } else {
                answer(done, attempt, result, in: &state, at: now)
            }
            return (done, state.classes.name(done.job.retryClass), now)
        }
        let end = AttemptEnd(
            gate: attempt.gate,
            startedAt: lease.startedAt,
            endedAt: now,
            status: try? result.get().status,
            classification: done?.classification ?? classification,
            disposition: done?.disposition,
            className: className,
            traceparent: attempt.trail.traceparent,
            trace: attempt.trace
        )
        observer.observe(.attemptEnded(end))
    }

    /// What the machine should know of the attempt beyond its classification.
    private func evidence(
        _ attempt: Attempt,
        _ classification: Classification,
        _ result: Result<UpstreamReply, TransportFailure>,
        _ call: RelayCall?
    ) -> AttemptEvidence {
        var evidence = AttemptEvidence(path: call?.path, usedToken: attempt.token != nil)
        if case .failure(let failure) = result { evidence.failure = failure.kind }
        evidence.concernsApp = attempt.concernsApp
        evidence.isBodyIncomplete = attempt.progress.map { !$0.isComplete } ?? false
        // Both cost a look at the whole body, so only where something hangs on it.
        if classification.outcome == .unknown, let body = attempt.body {
            evidence.isRepeatKnown = attempt.api.repeatability.knowsRepeat(of: body)
        }
        if classification.outcome == .tokenRejected || classification.outcome == .account {
            let target = call.map { $0.targetPrefix + $0.targetSuffix } ?? attempt.api.label
            evidence.fingerprint = CallFingerprint.make(target: target, body: attempt.body ?? call?.body ?? [])
        }
        return evidence
    }

    private func settle(_ done: AttemptResult, _ attempt: Attempt, in state: inout State, at now: Moment) {
        let settlement = Settlement(done, done.classification, at: now.timestamp)
        let record = AttemptRecord(done, settlement, took: now.instant - done.lease.startedAt.instant)
        let id = done.job.id
        var watchers: [@Sendable () -> Void] = []
        if settlement.state.isTerminal {
            watchers = state.removeWatchers(id)
            var end = MessageEnd(done.job, gate: attempt.gate, settlement)
            end.traceparent = attempt.trail.traceparent
            end.last = MessageEnd.Attempt(
                number: record.number,
                outcome: record.outcome,
                errcode: record.errcode,
                rid: record.rid,
                trace: attempt.trace
            )
            state.events.append(.messageEnded(end))
        } else if let body = attempt.body {
            state.bodies.keep(Parcel(body: body, trail: attempt.trailAfterwards(at: now.timestamp)), for: id)
        }
        let writes: [JournalWrite] = [.settle(id, record, settlement)]
        guard !watchers.isEmpty else { return journal.append(writes) { _ in } }
        journal.append(writes) { [watchers] _ in
            for watcher in watchers { watcher() }
        }
    }

    private func answer(
        _ done: AttemptResult,
        _ attempt: Attempt,
        _ result: Result<UpstreamReply, TransportFailure>,
        in state: inout State,
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
            state.calls[done.job.id]?.last = last
            state.calls[done.job.id]?.trail = attempt.trailAfterwards(at: now.timestamp)
            state.waitAgain(done.job.id)
            return
        }
        guard let queued = state.removeCall(done.job.id) else { return }
        state.effects.append(.answer(queued.call, .attempted(last)))
    }

    private func rejected(_ token: AccessToken, app: Int, in state: inout State, at now: Moment) {
        guard let keeper = state.apps[app].keeper else { return }
        keeper.reject(token, isProven: state.machine.apps[app].suspicion.isProven(at: now.instant))
        state.machine.setToken(keeper.presentState(), app: app, at: now)
        state.events.append(.token(.rejected, app: state.apps[app].name))
    }

    /// The token keeper may have news.
    package func tokenChanged(app slot: AppSlot) {
        update { state, now in
            guard state.machine.isPresent(slot) else { return }
            state.tokenChanged(app: slot.index, at: now)
        }
    }
}
