package import Alerting
package import Clients
package import Dispatching
package import Intake
import Messaging
import PrometheusMetrics
package import Queueing
package import Relaying
import Resilience
import Synchronization
public import Timekeeping
package import WeChat

extension GatewayMetrics {
    // MARK: Attempts

    /// A gate was made: its instruments exist from now on, at 0.
    package func registerGate(_ name: GateName) {
        _ = gate(name)
    }

    /// Of two threads one may tell of a gate's first attempt before the other has told that the gate was made.
    private func gate(_ name: GateName) -> GateMetrics {
        let (gate, isNew) = gates.withLock { gates in
            if let gate = gates[name.number] { return (gate, false) }
            let gate = instruments(name)
            gates[name.number] = gate
            return (gate, true)
        }
        if isNew, let type = MessageType(api: name.api) { registerMessages(type, app: name.app) }
        return gate
    }

    private func instruments(_ name: GateName) -> GateMetrics {
        let (app, api) = (name.app, name.api)
        _ = limiterWaits.child(app, api)
        _ = limiterRejections.child(app, api)
        return GateMetrics(
            app: app,
            api: api,
            outcomes: Outcome.allCases.map { upstreamRequests.child(app, api, $0.rawValue) },
            duration: upstreamDuration.child(app, api),
            permits: limiterPermits.child(app, api)
        )
    }

    /// An attempt leaves.
    func left(_ start: AttemptStart) {
        gate(start.gate).permits.increment()
        let lease = start.lease
        guard lease.number == 1 else { return }
        queueWaits[Int(lease.job.priority.rawValue)].observe(lease.readyFor)
    }

    /// An attempt has ended.
    func ended(_ end: AttemptEnd, traceID: String?) {
        guard let disposition = end.disposition else { return }
        let (gate, classification, now) = (gate(end.gate), end.classification, end.endedAt)
        let hasFailed = classification.outcome != .accepted
        let failure = hasFailed ? exemplar(traceID: traceID, rid: classification.rid, at: now.timestamp) : nil
        gate.outcome(classification.outcome).increment(exemplar: failure)
        gate.duration.observe(
            now.instant - end.startedAt.instant,
            exemplar: exemplar(traceID: traceID, at: now.timestamp)
        )
        count(classification.errcode, app: gate.app, api: gate.api, exemplar: failure)
        switch disposition {
        case .retry(_, let fast, _): retries.child(end.className, fast ? "fast" : "ladder").increment()
        case .tokenRetry: retries.child(end.className, "token").increment()
        case .ended, .waiting, .pausing: break
        }
    }

    /// The table bounds the label: what it does not know is `other`.
    private func count(_ errcode: Int?, app: String, api: String, exemplar: Exemplar? = nil) {
        guard let errcode, errcode != 0 else { return }
        upstreamErrcodes.child(app, api, ErrorCodeTable.isKnown(errcode) ? String(errcode) : "other")
            .increment(exemplar: exemplar)
    }

    /// An app is there: its counters begin at 0.
    package func registerApp(_ app: String) {
        _ = tokenRejections.child(app)
        for outcome in Outcome.allCases { _ = tokenRefreshes.child(app, outcome.rawValue) }
        for type in MessageType.open { registerMessages(type, app: app) }
    }

    /// A breaker moved.
    func moved(_ transition: BreakerTransition, breaker: String) {
        breakerTransitions.child(breaker, transition.to.label).increment()
    }

    /// The limiter made ready work wait, or a call's time was over meanwhile.
    func limiterRejected(_ gate: GateName) {
        limiterRejections.child(gate.app, gate.api).increment()
    }

    /// A message came to its end.
    func ended(_ end: MessageEnd, traceID: String?) {
        let type = MessageType(api: end.gate.api)?.rawValue ?? "other"
        messagesEnded.child(end.gate.app, type, end.priority.name, end.state.name).increment()
        guard end.state == .sent else { return }
        messageDuration.child(type, end.priority.name)
            .observe(end.at - end.since, exemplar: exemplar(traceID: traceID, at: end.at))
    }

    // MARK: The rest

    func token(_ report: TokenReport, app: String) {
        switch report {
        case .rejected: tokenRejections.child(app).increment()
        case .fetched(let classification), .notFetched(let classification):
            tokenRefreshes.child(app, classification.outcome.rawValue).increment()
            count(classification.errcode, app: app, api: TokenKeeper.path)
        }
    }

    /// A request was answered on one of the listeners.
    public func answered(route: String, method: String, status: Int, took: Duration) {
        httpRequests.child(route, method, String(status)).increment()
        httpDuration.child(route).observe(took)
    }

    /// The journal synced a commit, or failed to.
    public func committed(writes: Int, took: Duration, failed: Bool) {
        guard !failed else { return journalErrors.increment() }
        journalCommits.increment()
        journalBatch.observe(Double(writes))
        journalDuration.observe(took)
    }

    /// Spans were exported, or dropped for the reason that `result` names.
    public func spans(_ count: Int, result: String) {
        traceSpans.child(result).increment(by: count)
    }

    /// A reload of the configuration ended.
    public func reloaded(at now: Timestamp, succeeded: Bool) {
        configReloads.child(succeeded ? "success" : "refused").increment()
        configValid.set(succeeded ? 1 : 0)
        if succeeded { configTime.set(now.seconds) }
    }
}

extension BreakerState {
    /// The metric label and the name in `/v1/state`.
    var label: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half_open"
        }
    }
}

extension GatewayMetrics: ClientObserver, RelayObserver, MessageObserver {
    package func clientRefused(_ caller: Caller) {
        clientRejections.child(caller.label).increment()
    }

    package func foreignToken() {
        relayForeignTokens.increment()
    }

    package func refused(_ refusal: RelayRefusal) {
        relayRefusals.child(String(refusal.rawValue)).increment()
    }

    package func accepted(app: String, type: MessageType, priority: Priority) {
        messagesAccepted.child(app, type.rawValue, priority.name).increment()
    }

    package func refused(_ reason: MessageRefusalReason) {
        messagesRefused.child(reason.rawValue).increment()
    }
}

extension GatewayMetrics: AlertObserver {
    /// A sink of alerts exists: its series start at 0.
    package func registerSink(_ sink: String) {
        for result in AlertReport.Result.allCases { _ = alertNotifications.child(sink, result.rawValue) }
        for state in JobState.allCases where state.isTerminal { _ = alertDeliveries.child(sink, state.name) }
    }

    /// A webhook was answered.
    package func webhook(_ result: AlertWebhookResult) {
        alertWebhooks.child(result.rawValue).increment()
    }

    /// A sink's part of a webhook was decided.
    package func notified(_ result: AlertReport.Result, sink: String) {
        alertNotifications.child(sink, result.rawValue).increment()
    }

    /// A message about alerts has ended.
    package func delivered(_ state: JobState, sink: String) {
        alertDeliveries.child(sink, state.name).increment()
    }
}
