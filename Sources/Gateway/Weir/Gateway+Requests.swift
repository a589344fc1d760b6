import Synchronization
import Timekeeping

/// An answer, and what the request's metrics, its span and its log line say of it.
public struct RequestAnswer<Reply> {
    /// What the caller gets.
    public var reply: Reply
    /// One of few: a metric label.
    public var route: String
    /// The HTTP method, one of few.
    public var method: String
    /// The HTTP status.
    public var status: Int
    /// The template of the path that matched, for the span: one of few, such as `/v1/messages/{id}`; `nil` where none did.
    public var template: String?
    /// Whether the caller asked to wait for a message's end: how long that takes is no latency.
    public var isWait = false

    /// `route` and `method` become labels of metrics: pass one of few values, never what a caller sent.
    public init(_ reply: Reply, route: String, method: String, status: Int, template: String? = nil) {
        self.reply = reply
        self.template = template
        self.route = route
        self.method = method
        self.status = status
    }
}

/// What comes in: at the doors, or from the program that the gateway is in.
extension Gateway {
    // MARK: Every request

    /// Handles a request that came in at one of the doors: gives it a trace, and accounts for it when it is answered.
    ///
    /// - Parameters:
    ///   - traceparent: The caller's, as W3C's Trace Context has it.
    ///   - head: What its span tells of it, asked for only where traces are kept. Without one (scrapes, health checks) the request has
    ///     a trace id but no span.
    public func request<Reply>(
        traceparent: String?,
        head: @autoclosure () -> RequestHead?,
        _ answer: (RequestTrace) async -> RequestAnswer<Reply>
    ) async -> Reply {
        let trace = traces.begin(traceparent: traceparent, head: head)
        let answer = await answer(trace)
        metrics.answered(
            route: answer.route,
            method: answer.method,
            status: answer.status,
            isWait: answer.isWait,
            took: time.now() - trace.began.instant
        )
        traces.end(trace, route: answer.template, status: answer.status)
        log(trace, route: answer.route, method: answer.method, status: answer.status)
        return answer.reply
    }

    /// Handles a request of the program that the gateway is in: gives it a trace, a span and a log line, but counts it as no
    /// HTTP request. Hand the trace to ``accept(_:idempotencyKey:caller:trace:wait:)`` or to a `RelayRequest`.
    ///
    /// - Parameters:
    ///   - name: What is done, one of few: the span's name and the log line's route.
    ///   - traceparent: Of whoever asked the program.
    /// - Throws: what `body` throws.
    public func request<Reply, Failure: Error>(
        _ name: String,
        traceparent: String? = nil,
        _ body: (RequestTrace) async throws(Failure) -> Reply
    ) async throws(Failure) -> Reply {
        let trace = traces.begin(call: name, traceparent: traceparent)
        do throws(Failure) {
            let reply = try await body(trace)
            traces.end(call: name, trace, hasFailed: false)
            log(trace, route: name, method: "CALL", status: 200)
            return reply
        } catch {
            if let refusal = error as? MessageRefusal { trace.note(refusal) }
            traces.end(call: name, trace, hasFailed: true)
            log(trace, route: name, method: "CALL", status: 500)
            throw error
        }
    }

    private func log(_ trace: RequestTrace, route: String, method: String, status: Int) {
        requestLog.write(trace, route: route, method: method, status: status, took: time.now() - trace.began.instant)
    }

    /// A call brought a token that is not Weir's: the log tells of its caller, once a minute for each.
    public func foreignToken(from stranger: Stranger, api: String, trace: RequestTrace) {
        requestLog.foreignToken(from: stranger, api: api, traceID: trace.id, at: time.now())
    }

    /// Somebody changed something by one of the doors, or tried to: the log says who, and of operators the audit trail. Returns when
    /// that is on disk, or at once where nothing can be written.
    public func acted(_ action: OperatorAction, trace: RequestTrace) async {
        requestLog.write(action, traceID: trace.id)
        guard action.isAudited else { return }
        await auditTrail.add(AuditEntry(action, at: time.timestamp(), traceID: trace.id))
    }

    // MARK: Relay

    /// Answers a call to WeChat's API. `onHangup` is given what to do when the caller goes away while its call waits.
    public func relay(
        _ request: RelayRequest,
        onHangup: (@escaping @Sendable () -> Void) -> Void
    ) async -> RelayReply {
        guard relayProblem() == nil else {
            return relayService.refuse(
                .overloaded,
                "Weir is shutting down",
                request,
                api: "other",
                because: .shutdown,
                wait: .seconds(1)
            )
        }
        return await relayService.answer(request, onHangup: onHangup)
    }

    // MARK: Messages

    /// Who is behind an `Authorization: Bearer` key.
    public func authenticate(key: String?, isDirectLoopback: Bool) throws(MessageRefusal) -> Caller {
        try messageService.authenticate(key: key, isDirectLoopback: isDirectLoopback)
    }

    /// A message was refused before it came to `accept`: its sender is unknown, its body too large.
    public func messageRefused(_ refusal: MessageRefusal) {
        metrics.refused(refusal.reason)
    }

    /// Takes one message, and returns when it is on disk; with `wait`, when it has ended or that time is over.
    public func accept(
        _ body: [UInt8],
        idempotencyKey: String?,
        caller: Caller,
        trace: RequestTrace,
        wait: Duration? = nil
    ) async throws(MessageRefusal) -> AcceptReply {
        let acceptance = traces.beginAcceptance(in: trace)
        do throws(MessageRefusal) {
            do throws(MessageRefusal) { try checkAccepting() } catch {
                messageService.turnedAway(body, caller: caller, because: error)
                throw error
            }
            let reply = try await messageService.accept(
                body,
                idempotencyKey: idempotencyKey,
                caller: caller,
                traceparent: acceptance?.traceparent ?? trace.traceparent
            )
            trace.note(reply.record)
            if let acceptance { traces.end(acceptance, .accept([reply.record], isBatch: false)) }
            guard let wait else { return reply }
            return await ended(reply, atMost: wait, trace: trace)
        } catch {
            if let acceptance { traces.end(acceptance, .accept([], isBatch: false), refusal: error.reason) }
            metrics.refused(error.reason)
            metrics.handedOver(.refused, by: caller.name, app: nil)
            throw error
        }
    }

    /// A message as it is after a wait for its end. Apart, so that who does not wait has no frame for it.
    @inline(never)
    func ended(_ reply: AcceptReply, atMost wait: Duration, trace: RequestTrace) async -> AcceptReply {
        // The message is on disk: trouble with reading it back must not look like a refusal.
        guard let record = try? await messageService.await(reply.record.id, atMost: wait) else { return reply }
        trace.note(record)
        return AcceptReply(record, isReplay: reply.isReplay)
    }

    /// Takes up to 1,000 messages, each by itself.
    public func acceptBatch(
        _ body: [UInt8],
        isLines: Bool,
        caller: Caller,
        trace: RequestTrace
    ) async throws(MessageRefusal) -> [BatchResult] {
        let acceptance = traces.beginAcceptance(in: trace)
        do throws(MessageRefusal) {
            try checkAccepting()
            let results = try await messageService.acceptBatch(
                body,
                isLines: isLines,
                caller: caller,
                traceparent: acceptance?.traceparent ?? trace.traceparent
            )
            if let acceptance {
                let records = results.compactMap { try? $0.result.get().record }
                traces.end(acceptance, .accept(records, isBatch: true))
            }
            return results
        } catch {
            if let acceptance { traces.end(acceptance, .accept([], isBatch: true), refusal: error.reason) }
            metrics.refused(error.reason)
            metrics.handedOver(.refused, by: caller.name, app: nil)
            throw error
        }
    }

    func checkAccepting() throws(MessageRefusal) {
        guard let problem = messagesProblem() else { return }
        let reason: MessageRefusalReason = relayProblem() != nil ? .shuttingDown : .journal
        throw MessageRefusal(reason, "\(problem); nothing was accepted", retryAfter: .seconds(5))
    }

    // MARK: Alerts

    /// Takes a webhook of Alertmanager's: returns when all of it is on disk.
    public func acceptAlerts(_ webhook: WebhookRequest) async throws(MessageRefusal) -> AlertReport {
        let trace = webhook.trace
        var name = ""
        do throws(MessageRefusal) {
            let isDirectLoopback = webhook.isDirectLoopback
            let caller = try messageService.authenticate(key: webhook.key, isDirectLoopback: isDirectLoopback)
            name = caller.label
            try checkAccepting()
            let alerts = messageService.settings(of: caller).configuration.alerts
            try alertService.enter(client: caller.name, configuration: alerts)
            defer { alertService.leave(client: caller.name) }
            try messageService.checkRate(caller, permits: 1)
            let bytes = try await webhook.read()
            let report = try await messageService.inHand(bytes, of: caller) { () async throws(MessageRefusal) in
                try await alertService.accept(
                    bytes,
                    configuration: alerts,
                    client: caller.name,
                    traceparent: trace.traceparent
                )
            }
            trace.note { $0.client = caller.label }
            return report
        } catch {
            throw alertService.refused(error, client: name, traceID: trace.id)
        }
    }

    // MARK: Readiness

    /// Whether messages can be accepted, and why not.
    public func messagesProblem() -> String? {
        if !isReady.withLock({ $0 }) { return "the journal is being read" }
        if !isAccepting.withLock({ $0 }) { return "Weir is shutting down" }
        if dispatcher.isJournalWritable { return nil }
        let why = journal.status().failure?.message ?? "it is being tried again"
        return "the journal can't be written: \(why)"
    }

    /// Whether calls can be relayed, and why not.
    public func relayProblem() -> String? {
        isAccepting.withLock { $0 } ? nil : "Weir is shutting down"
    }

    /// Refuses new work from now on, and has everybody answered who waits for an end: with what is known now. The listeners stop by
    /// themselves, and would wait for them.
    public func stopAccepting() {
        isAccepting.withLock { $0 = false }
        messageService.stop()
        alertService.close()
        operationService.stop()
    }
}
