import Logging
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

extension Dispatcher {
    /// An attempt has ended, on the transport's thread.
    func complete(
        _ lease: Lease,
        _ result: Result<UpstreamReply, TransportFailure>,
        api: APIDescriptor,
        token: AccessToken?,
        usesToken: Bool,
        body: [UInt8]? = nil
    ) {
        var classification = classify(result, api: api)
        if !usesToken { classification = classification.concerningTheCallerAlone }
        if let token { classification.cut(token) }
        let ended = update { state, now -> (AttemptResult, className: String, Moment)? in
            guard
                let done = state.machine.complete(lease.job.id, with: classification, at: now, using: &state.generator)
            else { return nil }
            if done.classification.outcome == .tokenRejected, let token {
                // Under the same lock: nobody may take the rejected token for the repeat.
                rejected(token, app: state.machine.gates[lease.gate].app, in: &state)
            }
            if done.job.isDurable {
                settle(done, done.classification, body: body, in: &state, at: now)
            } else {
                answer(done, done.classification, result, token: token, in: &state)
            }
            return (done, state.classes.name(done.job.retryClass), now)
        }
        guard let (done, className, now) = ended else { return }
        metrics.completed(done, done.classification, className: className, at: now)
        report(done, classification, api: api)
    }

    private func classify(_ result: Result<UpstreamReply, TransportFailure>, api: APIDescriptor) -> Classification {
        switch result {
        case .success(let reply):
            ReplyClassifier()
                .classify(status: reply.status, contentType: reply.header("content-type"), body: reply.body, api: api)
        case .failure(let failure):
            ReplyClassifier().classify(failure: failure)
        }
    }

    private func settle(
        _ done: AttemptResult,
        _ result: Classification,
        body: [UInt8]?,
        in state: inout State,
        at now: Moment
    ) {
        let settlement = Settlement(done, result, at: now.timestamp)
        let attempt = AttemptRecord(
            number: done.lease.number,
            startedAt: done.lease.startedAt.timestamp,
            duration: now.instant - done.lease.startedAt.instant,
            outcome: result.outcome,
            errcode: result.errcode,
            errmsg: result.errmsg,
            rid: result.rid
        )
        let id = done.job.id
        var watchers: [@Sendable () -> Void] = []
        if settlement.state.isTerminal {
            watchers = state.removeWatchers(id)
            let api = state.machine.gates[done.lease.gate].api
            metrics.ended(done.job, gate: done.lease.gate, api: api, as: settlement.state, at: now.timestamp)
        } else if let body {
            state.bodies.keep(body, for: id)
        }
        let writes: [JournalWrite] = [.settle(id, attempt, settlement)]
        guard !watchers.isEmpty else { return journal.append(writes) { _ in } }
        journal.append(writes) { [watchers] _ in
            for watcher in watchers { watcher() }
        }
    }

    private func answer(
        _ done: AttemptResult,
        _ classification: Classification,
        _ result: Result<UpstreamReply, TransportFailure>,
        token: AccessToken?,
        in state: inout State
    ) {
        var last: RelayCall.LastAttempt
        switch result {
        case .success(let reply): last = .init(classification: classification, reply: reply, token: token)
        case .failure(let failure): last = .init(classification: classification, failure: failure, token: token)
        }
        last.isAmbiguous = done.job.marks.contains(.ambiguous)
        guard case .ended = done.disposition else {
            state.calls[done.job.id]?.last = last
            return
        }
        guard let call = state.removeCall(done.job.id) else { return }
        state.effects.append(.answer(call, .attempted(last)))
    }

    private func rejected(_ token: AccessToken, app: Int, in state: inout State) {
        guard let keeper = state.apps[app].keeper else { return }
        keeper.reject(token)
        state.machine.setToken(keeper.presentState(), app: app)
    }

    /// The token keeper may have news.
    func tokenChanged(app: Int) {
        update { state, _ in state.refreshToken(of: app) }
    }

    /// A breaker has moved.
    func report(_ transition: BreakerTransition, breaker: String) {
        metrics.moved(transition, breaker: breaker)
        logger.notice("breaker \(transition.from) → \(transition.to)", metadata: ["breaker": "\(breaker)"])
    }

    private func report(_ done: AttemptResult, _ result: Classification, api: APIDescriptor) {
        if let transition = done.transition {
            let breaker = state.withLock { $0.breakerNames[$0.machine.gates[done.lease.gate].breaker] }
            report(transition, breaker: breaker)
        }
        guard result.outcome == .account else { return }
        logger.error(
            "WeChat refuses the account; an operator must act",
            metadata: ["api": "\(api.label)", "errcode": "\(result.errcode ?? 0)", "rid": "\(result.rid ?? "")"]
        )
    }
}
