import Logging
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

extension Dispatcher {
    /// An attempt has ended, on the transport's thread.
    func complete(_ attempt: Attempt, _ result: Result<UpstreamReply, TransportFailure>) {
        let lease = attempt.lease
        let classification = attempt.classify(result)
        let ended = update { state, now -> (AttemptResult, className: String, Moment)? in
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
            else { return nil }
            if done.classification.outcome == .tokenRejected, let token = attempt.token {
                // Under the same lock: nobody may take the rejected token for the repeat.
                rejected(token, app: state.machine.gates[lease.gate].app, in: &state, at: now)
            }
            if done.job.isDurable {
                settle(done, attempt, in: &state, at: now)
            } else {
                answer(done, attempt, result, in: &state, at: now)
            }
            if let transition = done.transition {
                state.effects.append(.report(transition, breaker: state.name(ofBreaker: lease.breaker)))
            }
            return (done, state.classes.name(done.job.retryClass), now)
        }
        traces.end(attempt.span, lease, status: try? result.get().status, ended?.0.classification ?? classification)
        guard let (done, className, now) = ended else { return }
        metrics.completed(
            done,
            done.classification,
            className: className,
            at: now,
            traceID: attempt.exportedTraceID(after: done.classification)
        )
        report(done, attempt)
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
            metrics.ended(
                done.job,
                gate: done.lease.gateNumber,
                api: attempt.api,
                as: settlement.state,
                at: now.timestamp,
                traceID: attempt.exportedTraceID(after: done.classification)
            )
            let end = MessageEnd(
                id: id,
                app: attempt.runtime.name,
                settlement: settlement,
                last: record,
                trail: attempt.trail
            )
            state.effects.append(.log(end))
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
    }

    /// The token keeper may have news.
    func tokenChanged(app slot: AppSlot) {
        update { state, now in
            guard state.machine.isPresent(slot) else { return }
            state.tokenChanged(app: slot.index, at: now)
        }
    }

    /// A breaker has moved.
    func report(_ transition: BreakerTransition, breaker: String) {
        metrics.moved(transition, breaker: breaker)
        logger.notice("breaker \(transition.from.label) → \(transition.to.label)", metadata: ["breaker": "\(breaker)"])
    }

    private func report(_ done: AttemptResult, _ attempt: Attempt) {
        let result = done.classification
        if result.isIntermediary { reportIntermediary(attempt) }
        guard result.outcome == .account else { return }
        // Each call of a refused account brings another.
        let news = "\(attempt.runtime.name) \(attempt.api.label) \(result.errcode ?? 0)"
        guard refusals.isNews(news, at: time.now()) else { return }
        logger.error(
            "WeChat refuses the account; an operator must act",
            metadata: [
                "app": "\(attempt.runtime.name)", "api": "\(attempt.api.label)", "errcode": "\(result.errcode ?? 0)",
                "rid": "\(result.rid ?? "")",
            ]
        )
    }

    /// Between Weir and WeChat stands something that answers in its place.
    private func reportIntermediary(_ attempt: Attempt) {
        guard refusals.isNews("\(attempt.runtime.name) intermediary", at: time.now()) else { return }
        logger.error(
            "an answer without an errcode: a proxy, firewall or portal speaks in WeChat's place; an operator must act",
            metadata: ["app": "\(attempt.runtime.name)", "api": "\(attempt.api.label)"]
        )
    }
}
