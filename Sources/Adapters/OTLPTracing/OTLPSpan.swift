internal import Synchronization
public import Tracing

/// A span that is written until it ends, and then handed to its tracer once. Changes after the end do nothing.
///
/// All attributes set in one assignment cost least. What goes beyond the limits is left out and counted.
public final class OTLPSpan: Tracing.Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var droppedAttributes = 0
        var events: [SpanRecord.Event] = []
        var droppedEvents = 0
        var links: [SpanRecord.Link] = []
        var droppedLinks = 0
        var status: SpanStatus?
        var details: SpanDetails?
        var isDiscarded = false
        var hasEnded = false
        var isExported = false
    }

    /// This span's ids, for a `traceparent`, a link or a log line.
    public let spanContext: SpanContext
    private let parent: SpanContext?
    private let kind: SpanKind
    private let start: UInt64
    private let base: InstrumentationContext
    private let tracer: OTLPTracer
    private let state: Mutex<State>

    init(
        _ name: String,
        identity: (context: SpanContext, parent: SpanContext?, kind: SpanKind),
        start: UInt64,
        base: InstrumentationContext,
        tracer: OTLPTracer
    ) {
        (spanContext, parent, kind) = identity
        self.start = start
        self.base = base
        self.tracer = tracer
        state = Mutex(State(name: tracer.limits.trimmed(name)))
    }

    private var limits: SpanLimits { tracer.limits }

    /// The context that the span was started in, with this span as the parent of what is started in it.
    public var context: InstrumentationContext {
        var context = base
        context.spanContext = spanContext
        return context
    }

    /// The span's name, cut off at `SpanLimits.stringLength`. A change after the end does nothing.
    public var operationName: String {
        get { state.withLock { $0.name } }
        set {
            let name = limits.trimmed(newValue)
            change { $0.name = name }
        }
    }

    /// True until the span ends, sampled or not: an unsampled one may still be exported because its trace fails.
    public var isRecording: Bool {
        state.withLock { !$0.hasEnded }
    }

    /// At most `SpanLimits.attributes`; those beyond are left out and counted. A change after the end does nothing.
    public var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set {
            change { state in
                let kept = limits.trimmed(newValue, atMost: limits.attributes, keeping: state.attributes)
                state.attributes = kept.attributes
                state.droppedAttributes += kept.dropped
            }
        }
    }

    /// The last status stands.
    public func setStatus(_ status: SpanStatus) {
        let status = SpanStatus(code: status.code, message: status.message.map(limits.trimmed))
        change { $0.status = status }
    }

    /// Adds an event with its own time. Beyond `SpanLimits.events` it is only counted.
    public func addEvent(_ event: SpanEvent) {
        let kept = limits.trimmed(event.attributes, atMost: limits.nestedAttributes)
        append(
            SpanRecord.Event(
                name: limits.trimmed(event.name),
                time: event.nanosecondsSinceEpoch,
                attributes: kept.attributes,
                droppedAttributes: kept.dropped
            )
        )
    }

    /// Adds the event `exception` with the error's type and text. The status is the caller's to set.
    public func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        // What tells of the error comes first, and so is kept when there are too many.
        let own: SpanAttributes = [
            "exception.type": .string(String(reflecting: type(of: error))), "exception.message": .string("\(error)"),
        ]
        var all = own
        all.merge(attributes)
        let kept = limits.trimmed(all, atMost: limits.nestedAttributes, keeping: own)
        append(
            SpanRecord.Event(
                name: "exception",
                time: instant().nanosecondsSinceEpoch,
                attributes: kept.attributes,
                droppedAttributes: kept.dropped
            )
        )
    }

    private func append(_ event: SpanRecord.Event) {
        change { state in
            guard state.events.count < limits.events else {
                state.droppedEvents += 1
                return
            }
            state.events.append(event)
        }
    }

    /// Links to the span of that context; nothing is added if it holds none.
    public func addLink(_ link: SpanLink) {
        guard let other = link.context.spanContext else { return }
        change { state in
            guard state.links.count < limits.links else {
                state.droppedLinks += 1
                return
            }
            let kept = limits.trimmed(link.attributes, atMost: limits.nestedAttributes)
            state.links.append(
                SpanRecord.Link(context: other, attributes: kept.attributes, droppedAttributes: kept.dropped)
            )
        }
    }

    /// Name and attributes that are only made where the span is exported: that of most is never asked for.
    ///
    /// - Parameter make: called on any thread, once for each time that the span is sent. What was set on the span itself stays, and goes
    ///   before.
    public func describe(_ make: @escaping @Sendable () -> (name: String, attributes: SpanAttributes)) {
        let details = SpanDetails(make)
        change { $0.details = details }
    }

    /// The span is neither exported nor held, whatever its trace comes to.
    public func discard() {
        change { $0.isDiscarded = true }
    }

    /// Whether the span has ended and was handed to the exporter then.
    public var isExported: Bool {
        state.withLock { $0.isExported }
    }

    /// Ends the span, not before its start.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let final = state.withLock { state -> State? in
            if state.hasEnded { return nil }
            state.hasEnded = true
            return state
        }
        guard let final, !final.isDiscarded else { return }
        let isExported = tracer.finish(
            SpanRecord(
                context: spanContext,
                parent: parent,
                name: final.name,
                kind: kind,
                start: start,
                end: max(start, end),
                attributes: final.attributes,
                droppedAttributes: final.droppedAttributes,
                events: final.events,
                droppedEvents: final.droppedEvents,
                links: final.links,
                droppedLinks: final.droppedLinks,
                status: final.status,
                details: final.details
            )
        )
        if isExported { state.withLock { $0.isExported = true } }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            if !state.hasEnded { body(&state) }
        }
    }
}
