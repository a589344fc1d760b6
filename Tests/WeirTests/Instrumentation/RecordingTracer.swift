import Synchronization
import Tracing

@testable import RequestTracing

/// A tracer that keeps its spans, and counts how often it is told what they say.
final class RecordingTracer: Tracer {
    let spans = Mutex<[RecordedSpan]>([])
    let isSampled: Bool

    init(isSampled: Bool) {
        self.isSampled = isSampled
    }

    var all: [RecordedSpan] { spans.withLock { $0 } }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> InstrumentationContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> RecordedSpan {
        let span = spans.withLock { spans in
            let span = RecordedSpan(operationName, kind, number: spans.count + 1, isSampled: isSampled, in: context())
            spans.append(span)
            return span
        }
        return span
    }

    func forceFlush() {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout InstrumentationContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context[ParentKey.self] = extractor.extract(key: "traceparent", from: carrier)
        context[StateKey.self] = extractor.extract(key: "tracestate", from: carrier)
    }

    func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        if let parent = context[ParentKey.self] { injector.inject(parent, forKey: "traceparent", into: &carrier) }
        if let state = context[StateKey.self] { injector.inject(state, forKey: "tracestate", into: &carrier) }
    }
}

enum ParentKey: InstrumentationContextKey {
    typealias Value = String
}

enum StateKey: InstrumentationContextKey {
    typealias Value = String
}

/// A span of such a tracer.
final class RecordedSpan: SelectiveSpan {
    struct Facts {
        var name: String
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var isDiscarded = false
        var hasEnded = false
        var make: Make?
    }

    final class Make: Sendable {
        let call: @Sendable () -> (name: String, attributes: SpanAttributes)

        init(_ call: @escaping @Sendable () -> (name: String, attributes: SpanAttributes)) {
            self.call = call
        }
    }

    static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    let facts: Mutex<Facts>
    let kind: SpanKind
    let isSampled: Bool
    let parent: String?
    let context: InstrumentationContext

    init(_ name: String, _ kind: SpanKind, number: Int, isSampled: Bool, in context: InstrumentationContext) {
        facts = Mutex(Facts(name: name))
        self.kind = kind
        self.isSampled = isSampled
        parent = context[ParentKey.self]
        var own = context
        let digits = String(number, radix: 16)
        let id = String(repeating: "0", count: 16 - digits.count) + digits
        own[ParentKey.self] = "00-\(RecordedSpan.trace)-\(id)-\(isSampled ? "01" : "00")"
        self.context = own
    }

    /// What it says once somebody asks.
    var described: (name: String, attributes: SpanAttributes)? { facts.withLock { $0.make }?.call() }
    var status: SpanStatus? { facts.withLock { $0.status } }
    var isDiscarded: Bool { facts.withLock { $0.isDiscarded } }
    var isRecording: Bool { facts.withLock { !$0.hasEnded } }
    var isExported: Bool { facts.withLock { $0.hasEnded && isSampled && !$0.isDiscarded } }

    var operationName: String {
        get { facts.withLock { $0.name } }
        set { facts.withLock { $0.name = newValue } }
    }

    /// Set at once, and not when somebody asks.
    var attributes: SpanAttributes {
        get { facts.withLock { $0.attributes } }
        set { facts.withLock { $0.attributes = newValue } }
    }

    func describe(_ make: @escaping @Sendable () -> (name: String, attributes: SpanAttributes)) {
        facts.withLock { $0.make = Make(make) }
    }

    func discard() { facts.withLock { $0.isDiscarded = true } }
    func setStatus(_ status: SpanStatus) { facts.withLock { $0.status = status } }
    func addEvent(_ event: SpanEvent) {}
    func addLink(_ link: SpanLink) {}

    func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {}

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        facts.withLock { $0.hasEnded = true }
    }
}
