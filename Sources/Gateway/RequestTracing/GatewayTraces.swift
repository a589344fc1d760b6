package import Intake
import Queueing
import Resilience
import Synchronization
public import Timekeeping
public import Tracing
import WeChat
import WeirPorts

/// Turns what happens into spans. Nothing else touches the tracer.
///
/// A request is one span; each of its attempts is one more below it, and so is the wait before each. A message's attempts come after the
/// request was answered, perhaps from another process: they are linked to the span that accepted the message, and to the attempt before.
/// Without a tracer requests still have trace ids.
///
/// What a span says is put together when it is exported, which most never are: until then it keeps what it was told.
public final class GatewayTraces: Sendable {
    private struct State {
        var generator: SplitMix64
        var strangers: TokenBucket
    }

    /// Spans of strangers, whatever flags they send.
    static let strangers = RateLimit(permits: 1, per: .seconds(1), burst: 10)

    let tracer: (any Tracer)?
    private let time: any TimeSource
    private let state: Mutex<State>

    /// - Parameters:
    ///   - tracer: `nil` when nobody collects traces.
    ///   - seed: chance, for the ids of requests that nobody traces.
    public init(tracer: (any Tracer)? = nil, time: any TimeSource, seed: UInt64) {
        self.tracer = tracer
        self.time = time
        let strangers = TokenBucket(GatewayTraces.strangers, at: time.now())
        state = Mutex(State(generator: SplitMix64(seed: seed), strangers: strangers))
    }

    /// Whether anybody collects traces.
    package var isOn: Bool { tracer != nil }

    // MARK: Requests

    /// A request has come in by HTTP. Its trace is its caller's, where `traceparent` names one.
    ///
    /// - Parameter head: what its span tells of it, asked for only where there are spans; `nil` where it is not worth one.
    package func begin(traceparent: String?, head: () -> RequestHead?) -> RequestTrace {
        guard tracer != nil, let head = head() else { return untraced(traceparent, at: time.moment()) }
        return begin("HTTP", .server, TraceCarrier(traceparent: traceparent, traceState: head.traceState), head)
    }

    /// The program that the gateway is in asks for something.
    package func begin(call name: String, traceparent: String?) -> RequestTrace {
        begin(name, .internal, TraceCarrier(traceparent: traceparent), nil)
    }

    private func begin(_ name: String, _ kind: SpanKind, _ carrier: TraceCarrier, _ head: RequestHead?) -> RequestTrace
    {
        let now = time.moment()
        guard let tracer else { return untraced(carrier.traceparent, at: now) }
        let span = tracer.startSpan(name, context: context(carrier), ofKind: kind, at: SpanTime(now.timestamp))
        guard let own = kept(span), let id = TraceContext.traceID(of: own) else {
            return untraced(carrier.traceparent, at: now)
        }
        return RequestTrace(id: id, traceparent: own, span: RequestSpan(span, head: head), began: now)
    }

    private func untraced(_ traceparent: String?, at now: Moment) -> RequestTrace {
        let known = traceparent.flatMap(TraceContext.traceID)
        let id = known ?? state.withLock { TraceContext.freshTraceID(using: &$0.generator) }
        return RequestTrace(id: id, traceparent: id, span: nil, began: now)
    }

    /// A request that came in by HTTP was answered.
    ///
    /// - Parameter route: the template of the path that matched: one of few.
    package func end(_ request: RequestTrace, route: String?, status: Int) {
        guard let own = request.span, let head = own.head else { return }
        let served = ServedRequest(head: head, route: route, status: status, facts: request.known)
        if served.facts.isStranger { turnAway(own) }
        own.span.tell { served.described() }
        if let type = served.errorType {
            let isPlain = served.facts.fault == nil
            own.span.setStatus(SpanStatus(code: .error, message: isPlain ? nil : type))
        }
        own.span.end(at: end(of: request))
    }

    /// The program that the gateway is in has what it asked for, or not.
    package func end(call name: String, _ request: RequestTrace, hasFailed: Bool) {
        guard let own = request.span else { return }
        let facts = request.known
        let errorType = facts.fault ?? (hasFailed ? facts.outcome ?? "failed" : nil)
        own.span.tell {
            var attributes: SpanAttributes = [:]
            facts.tell(&attributes)
            if let errorType { attributes["error.type"] = errorType }
            return (name, attributes)
        }
        if let errorType { own.span.setStatus(SpanStatus(code: .error, message: errorType)) }
        own.span.end(at: end(of: request))
    }

    private func end(of request: RequestTrace) -> SpanTime {
        SpanTime(request.began.timestamp, after: time.now() - request.began.instant)
    }

    /// Whoever may use nothing of Weir's can choose neither to be traced nor what is held.
    private func turnAway(_ own: RequestSpan) {
        guard let span = own.span as? any SelectiveSpan else { return }
        let now = time.now()
        if span.isSampled, state.withLock({ $0.strangers.take(at: now) }) == .granted { return }
        span.discard()
    }

    // MARK: Messages

    /// Messages are handed over in a request. Only traces that were chosen have a span of that: in all others the request's own stands
    /// for it.
    package func beginAcceptance(in request: RequestTrace) -> Acceptance? {
        guard let tracer, let own = request.span, own.isSampled else { return nil }
        let now = time.moment()
        let parent = context(TraceCarrier(kept: request.traceparent))
        let span = tracer.startSpan("accept", context: parent, ofKind: .producer, at: SpanTime(now.timestamp))
        guard let kept = kept(span) else { return nil }
        return Acceptance(span, host: own.head?.host, traceparent: kept, began: now)
    }

    /// They are on disk, or refused.
    package func end(_ acceptance: Acceptance, _ operation: MessagingOperation, refusal: MessageRefusalReason? = nil) {
        let (span, host) = (acceptance.span, acceptance.host)
        let errorType = refusal.flatMap { $0.isFault ? $0.rawValue : nil }
        span.tell {
            var attributes: SpanAttributes = [:]
            operation.tell(&attributes)
            host.flatMap { ServerAddress(authority: $0[...], scheme: "http") }?.tell(&attributes)
            if let refusal { attributes["weir.outcome"] = refusal.rawValue }
            if let errorType { attributes["error.type"] = errorType }
            return (operation.spanName, attributes)
        }
        if let errorType { span.setStatus(SpanStatus(code: .error, message: errorType)) }
        span.end(at: SpanTime(acceptance.began.timestamp, after: time.now() - acceptance.began.instant))
    }

    // MARK: Contexts

    func context(_ carrier: TraceCarrier) -> InstrumentationContext {
        var context = InstrumentationContext.topLevel
        guard carrier.traceparent != nil else { return context }
        tracer?.extract(carrier, into: &context, using: TraceCarrierAccess())
        return context
    }

    /// A span's context as it is kept; `nil` where the tracer tells none.
    private func kept(_ span: any Span) -> String? {
        var carrier = TraceCarrier()
        tracer?.inject(span.context, into: &carrier, using: TraceCarrierAccess())
        return carrier.traceparent.map { TraceContext.join($0, carrier.traceState) }
    }
}

/// Messages that are being accepted, and the span of that: what they are linked to for the rest of their lives.
package final class Acceptance: Sendable {
    let span: any Span
    let host: String?
    /// As in `RequestTrace.traceparent`.
    package let traceparent: String
    let began: Moment

    init(_ span: any Span, host: String?, traceparent: String, began: Moment) {
        self.span = span
        self.host = host
        self.traceparent = traceparent
        self.began = began
    }
}
