package import Dispatching
import Queueing
import Timekeeping
import Tracing
import WeChat
import WeirPorts

/// The span of one attempt, and what was known when it left.
final class SpanTrace: AttemptTrace {
    let span: any Span
    let exchange: UpstreamExchange

    init(_ span: any Span, _ exchange: UpstreamExchange) {
        self.span = span
        self.exchange = exchange
    }
}

extension GatewayTraces {
    /// An attempt leaves: the wait before it is over.
    package func begin(_ start: AttemptStart) -> (any AttemptTrace)? {
        let (lease, trail) = (start.lease, start.trail)
        guard let tracer, TraceContext.traceID(of: trail.traceparent) != nil else { return nil }
        let parent = context(TraceCarrier(kept: trail.traceparent))
        let begin = SpanTime(lease.startedAt.timestamp)
        if let since = trail.waitingSince ?? (lease.number == 1 ? lease.job.acceptedAt : nil) {
            let wait = tracer.startSpan("wait", context: parent, ofKind: .internal, at: SpanTime(since))
            let (number, waits) = (lease.number, lease.waits)
            wait.tell {
                var attributes: SpanAttributes = ["weir.attempt": .int64(Int64(number))]
                for wait in waits {
                    attributes["weir.waited.\(wait.reason.rawValue)_ms"] = wait.duration.inMilliseconds
                }
                return ("wait", attributes)
            }
            wait.end(at: max(begin, SpanTime(since)))
        }
        let span = tracer.startSpan("HTTP", context: parent, ofKind: .client, at: begin)
        if lease.job.isDurable { span.addLink(SpanLink(context: parent, attributes: ["weir.link": "accepted by"])) }
        if let previous = trail.previous as? SpanTrace {
            span.addLink(SpanLink(context: previous.span.context, attributes: ["weir.link": "repeats"]))
        }
        return SpanTrace(span, UpstreamExchange(start))
    }

    /// An attempt has ended.
    ///
    /// - Returns: the trace id, where the attempt will be found at the collector.
    package func end(_ end: AttemptEnd) -> String? {
        guard let trace = end.trace as? SpanTrace else { return nil }
        var exchange = trace.exchange
        exchange.result = UpstreamExchange.Result(
            status: end.status,
            failure: end.failure?.kind,
            classification: end.classification,
            connection: end.connection
        )
        let took = end.endedAt.instant - end.startedAt.instant
        finish(trace.span, exchange, at: SpanTime(end.startedAt.timestamp, after: took))
        let isExported =
            (trace.span as? any SelectiveSpan)?.isExported ?? (TraceContext.sampledTraceID(of: end.traceparent) != nil)
        return isExported ? TraceContext.traceID(in: end.traceparent) : nil
    }

    /// A request for an access_token has ended: a trace of its own, since no call brought it about.
    package func tokenRequested(_ fetch: TokenExchange, app: String) {
        guard let tracer else { return }
        let start = SpanTime(fetch.startedAt.timestamp)
        let span = tracer.startSpan("HTTP", context: .topLevel, ofKind: .client, at: start)
        let exchange = UpstreamExchange(
            origin: fetch.origin,
            method: fetch.method,
            target: .path(fetch.path, hasSecrets: false),
            api: fetch.path,
            app: app,
            number: 1,
            message: nil,
            result: UpstreamExchange.Result(
                status: fetch.status,
                failure: fetch.failure,
                classification: fetch.classification,
                connection: fetch.connection
            )
        )
        let took = fetch.endedAt.instant - fetch.startedAt.instant
        finish(span, exchange, at: SpanTime(fetch.startedAt.timestamp, after: took))
    }

    private func finish(_ span: any Span, _ exchange: UpstreamExchange, at end: SpanTime) {
        span.tell { exchange.described() }
        if let status = exchange.result?.spanStatus { span.setStatus(status) }
        span.end(at: end)
    }
}

extension UpstreamExchange {
    /// What is known when an attempt leaves. Of a relayed call only its address is kept, and not its body.
    fileprivate init(_ start: AttemptStart) {
        let target: Target =
            start.call.map { .relayed(prefix: $0.targetPrefix, suffix: $0.targetSuffix) }
            ?? .path(start.gate.api, hasSecrets: start.usesToken)
        self.init(
            origin: start.origin,
            method: start.call?.method ?? "POST",
            target: target,
            api: start.gate.api,
            app: start.gate.app,
            number: start.lease.number,
            message: start.lease.job.isDurable ? start.lease.job.id : nil,
            result: nil
        )
    }
}
