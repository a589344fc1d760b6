import Queueing
import Suppressing
import Synchronization
import Timekeeping
import WeChat
import WeirPorts

/// Attempts leave, and come back.
extension Dispatcher {
    // MARK: Messages

    func transmit(_ lease: Lease, stored: StoredBody?) {
        guard let load = load(lease, stored: stored) else { return }
        let (parcel, runtime) = (load.parcel, load.runtime)
        guard !parcel.body.isEmpty else {
            return update { state, now in state.fail(lease, because: "its body is no longer kept", at: now) }
        }
        if let why = suppressed(lease, load) {
            suppressions.refused(why, app: runtime.name)
            return update { state, now in
                // Whose it is, for whoever is told of its end.
                state.bodies.keep(parcel, for: lease.job.id)
                state.fail(lease, because: why.reason, at: now)
            }
        }
        var attempt = Attempt(
            lease: lease,
            api: load.api,
            runtime: runtime,
            origin: load.origin,
            trail: parcel.trail,
            body: parcel.body
        )
        attempt.token = runtime.keeper?.token()
        let (token, now) = (attempt.token, time.timestamp())
        // Its hosts may have changed while its start was written down: the new ones' token is not for the old ones.
        guard runtime.route.hosts.contains(load.origin),
            let target = runtime.upstream.target(of: load.api, body: parcel.body, token: token, at: now)
        else {
            return update { state, now in state.putBack(lease, parcel, at: now) }
        }
        attempt.trace = observer.attemptLeaves(attempt.start())
        let request = UpstreamRequest(
            method: "POST",
            origin: load.origin,
            target: target,
            headers: Dispatcher.headers(of: runtime.upstream),
            body: runtime.upstream.body(parcel.body, at: now),
            timeout: lease.timeout,
            connectTimeout: load.connectTimeout,
            replyLimit: 1 << 20
        )
        transport.send(request) { [self, attempt] result in complete(attempt, result) }
    }

    /// What has come to be known of its recipient while a message waited. Alerts are few, and go to those who must hear them.
    private func suppressed(_ lease: Lease, _ load: DispatchState.Load) -> SuppressedRecipient? {
        let app = load.runtime.name
        guard !suppressions.isClear(app: app), lease.job.promise != .none, let type = MessageType(api: load.api.label)
        else { return nil }
        return suppressions.find(app: app, type, load.parcel.body, at: time.timestamp())
    }

    private static let jsonHeaders = [HeaderField("Content-Type", "application/json; charset=utf-8")]

    private static func headers(of upstream: any Upstream) -> [HeaderField] {
        let own = upstream.headers
        return own.isEmpty ? jsonHeaders : jsonHeaders + own
    }

    /// What an attempt takes along. `nil` when it must not be made any more, because its start was long in being written down.
    private func load(_ lease: Lease, stored: StoredBody?) -> DispatchState.Load? {
        let load = state.withLock { state -> DispatchState.Load? in
            // Only a repeat can be stale: the usual attempt need not read the clock.
            if lease.number > 1, state.machine.isStale(lease.job.id, at: time.moment()) { return nil }
            state.machine.leaves(lease, at: time.now())
            return state.load(lease, stored: stored)
        }
        if load == nil { update { state, now in state.endStale(lease.job.id, at: now) } }
        return load
    }

    // MARK: Relayed calls

    func transmit(_ lease: Lease, _ departure: Departure) {
        let (call, runtime, now) = (departure.call, departure.runtime, time.now())
        // This thread may have stood still since the decision.
        if now - lease.startedAt.instant > Departure.patience, !mayLeave(lease) { return abandon(lease) }
        var token: AccessToken?
        if call.usesToken {
            token = runtime.keeper?.token()
            guard token != nil else { return abandon(lease, lacksToken: true) }
        }
        var attempt = Attempt(
            lease: lease,
            api: call.api,
            runtime: runtime,
            origin: departure.origin,
            token: token,
            trail: departure.trail
        )
        attempt.concernsApp = call.concernsApp
        attempt.call = call
        attempt.method = call.method
        attempt.progress = call.stream.map(StreamProgress.init)
        attempt.trace = observer.attemptLeaves(attempt.start(of: call))
        var request = UpstreamRequest(
            method: call.method,
            origin: departure.origin,
            target: call.targetPrefix + (token?.value ?? "") + call.targetSuffix,
            headers: call.headers,
            body: call.body,
            timeout: min(lease.timeout, max(call.deadline - now, .milliseconds(1))),
            connectTimeout: departure.connectTimeout
        )
        request.stream = attempt.progress
        request.cancelSignal = departure.signal
        transport.send(request) { [self, attempt] result in complete(attempt, result) }
    }

    /// Its caller has gone, or the token went away between decision and transmission.
    private func abandon(_ lease: Lease, lacksToken: Bool = false) {
        update { state, now in state.abandon(lease, lacksToken: lacksToken, at: now) }
    }

    /// Whether its caller is still there and has time left.
    private func mayLeave(_ lease: Lease) -> Bool {
        state.withLock { $0.machine.mayLeave(lease.job.id, at: time.moment()) }
    }

    // MARK: Ends

    /// An attempt has ended, on the transport's thread.
    private func complete(_ attempt: Attempt, _ result: Result<UpstreamReply, TransportFailure>) {
        let classification = attempt.classify(result)
        let suppression = suppression(by: classification, of: attempt)
        let (done, className, now) = update { state, now -> (AttemptResult?, className: String, Moment) in
            let done = state.complete(attempt, classification, result, suppression, at: now)
            return (done, done.map { state.classes.name($0.job.retryClass) } ?? "", now)
        }
        let end = AttemptEnd(
            gate: attempt.gate,
            host: attempt.origin,
            number: attempt.lease.number,
            startedAt: attempt.lease.startedAt,
            endedAt: now,
            status: result.status,
            failure: result.failure,
            connection: result.connection,
            classification: done?.classification ?? classification,
            disposition: done?.disposition,
            className: className,
            traceparent: attempt.trail.traceparent,
            trace: attempt.trace
        )
        observer.observe(.attemptEnded(end))
    }

    /// What WeChat's answer says of later messages to the same recipient. With a token of its caller's own it was another account's.
    private func suppression(by result: Classification, of attempt: Attempt) -> Suppression? {
        guard result.outcome == .recipient, let errcode = result.errcode, attempt.token != nil,
            let type = MessageType(api: attempt.api.label), let body = attempt.body ?? attempt.call?.body
        else { return nil }
        return suppressions.suppression(app: attempt.runtime.name, type, body, errcode: errcode)
    }
}
