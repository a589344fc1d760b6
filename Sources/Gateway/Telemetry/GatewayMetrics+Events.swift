package import Alerting
package import Clients
package import Dispatching
package import Intake
package import Messaging
import PrometheusMetrics
package import Queueing
package import Relaying
import Resilience
import Synchronization
public import Timekeeping
import WeChat
import WeirPorts

extension GatewayMetrics {
    // MARK: Attempts

    /// A gate was made: its instruments exist from now on, at 0.
    package func registerGate(_ name: GateName) {
        gate(name) { _ in }
    }

    /// Of two threads one may tell of a gate's first attempt before the other has told that the gate was made.
    private func gate<Value>(_ name: GateName, _ use: (inout GateMetrics) -> Value) -> Value {
        gates.withLock { gates in use(&gates[name.number, default: newGate(name)]) }
    }

    private func newGate(_ name: GateName) -> GateMetrics {
        GateMetrics(app: name.app, api: name.api, permits: limiterPermits.child(name.app, name.api))
    }

    /// An attempt leaves.
    func left(_ start: AttemptStart) {
        gate(start.gate) { $0.permits }.increment()
        let lease = start.lease
        guard lease.number == 1 else { return }
        queueWaits[Int(lease.job.priority.rawValue)].observe(lease.readyFor)
    }

    /// An attempt has ended.
    func ended(_ end: AttemptEnd, traceID: String?) {
        guard let disposition = end.disposition else { return }
        let (classification, now) = (end.classification, end.endedAt)
        let (attempts, durations) = gate(end.gate) { gate in
            gate.instruments(of: classification.outcome, upstreamRequests, upstreamDuration)
        }
        let hasFailed = classification.outcome != .accepted
        let failure = hasFailed ? exemplar(traceID: traceID, rid: classification.rid, at: now.timestamp) : nil
        attempts.increment(exemplar: failure)
        durations.observe(
            now.instant - end.startedAt.instant,
            exemplar: exemplar(traceID: traceID, at: now.timestamp)
        )
        count(classification.errcode, app: end.gate.app, api: end.gate.api, exemplar: failure)
        if end.number > 1 { usage.repeated(end, disposition) }
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

    /// An app is there. What is counted of it begins when there is something to count, or thousands of quiet apps would fill each scrape.
    package func registerApp(_ app: String) {
        _ = tokenRejections.child(app)
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
        usage.handedOver(end.state.name, client: end.client, app: end.gate.app)
        messagesEnded.child(end.gate.app, type, end.priority.name, end.state.name, end.source.rawValue).increment()
        if let resolution = end.resolution { ambiguous.child(end.gate.app, resolution.rawValue).increment() }
        guard end.state == .sent else { return }
        messageDuration.child(type, end.priority.name)
            .observe(end.at - end.since, exemplar: exemplar(traceID: traceID, at: end.at))
    }

    // MARK: The rest

    func token(_ report: TokenReport, app: String) {
        switch report {
        case .rejected: tokenRejections.child(app).increment()
        case .fetched(let classification, let path), .notFetched(let classification, let path):
            tokenRefreshes.child(app, classification.outcome.rawValue).increment()
            count(classification.errcode, app: app, api: path)
        case .superseded, .confirmed, .asked: break
        }
    }

    /// A request was answered on one of the listeners.
    ///
    /// - Parameter isWait: whether its caller asked to wait for a message's end.
    public func answered(route: String, method: String, status: Int, isWait: Bool = false, took: Duration) {
        let (count, duration) = routes.instruments(
            AnsweredRoute(route: route, method: method, status: status, isWait: isWait),
            httpRequests,
            httpDuration
        )
        count.increment()
        duration.observe(took)
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

    package func refused(_ refusal: RelayRefusal, because reason: RelayRefusalReason, app: String?) {
        relayRefusals.child(app ?? "-", String(refusal.rawValue), reason.rawValue).increment()
    }

    package func answered(_ call: RelayedCall) {
        usage.answered(call)
    }

    package func handedOver(_ result: HandOver, by client: String, app: String?) {
        usage.handedOver(result.rawValue, client: client, app: app)
    }

    package func event(_ result: EventResult) {
        events.child(result.rawValue).increment()
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
