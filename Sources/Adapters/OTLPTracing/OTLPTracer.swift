internal import Synchronization
public import Timekeeping
public import Tracing

/// A tracer of the swift-distributed-tracing API that exports by OTLP.
///
/// A span follows its parent's choice of being sampled; where a trace begins, its id decides. Spans of unsampled traces
/// are held for a while and exported if one of the trace ends with an error.
public final class OTLPTracer: Tracer {
    let limits: SpanLimits
    private let sampler: RatioSampler
    private let exporter: OTLPExporter
    private let clock: SpanClock
    private let identifiers: Mutex<IdentifierGenerator>
    private let sieve: Mutex<SpanSieve>

    /// - Parameters:
    ///   - configuration: its ratio and limits; where spans go is the exporter's part.
    ///   - exporter: shut down by whoever made it.
    ///   - random: read a few times for a seed; ids then come from a generator of the tracer's own.
    public init(
        _ configuration: OTLPConfiguration,
        exporter: OTLPExporter,
        time: any TimeSource,
        random: some RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        var random = random
        limits = configuration.limits
        sampler = RatioSampler(ratio: configuration.ratio)
        self.exporter = exporter
        clock = SpanClock(time: time)
        identifiers = Mutex(IdentifierGenerator(seededFrom: &random))
        sieve = Mutex(SpanSieve(spanLimit: configuration.heldSpans, memory: configuration.rescuedTraces))
    }

    /// The present of the tracer's own clock, for spans that are started and ended by it.
    public var now: DefaultTracerClock.Timestamp {
        clock.now()
    }

    public func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> InstrumentationContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> OTLPSpan {
        let base = context()
        let parent = base.spanContext
        return OTLPSpan(
            operationName,
            identity: (identity(under: parent), parent, kind),
            start: instant().nanosecondsSinceEpoch,
            base: base,
            tracer: self
        )
    }

    /// Sends at once what waits, as far as the collector takes it. Returns without waiting for it.
    public func forceFlush() {
        exporter.flush()
    }

    private func identity(under parent: SpanContext?) -> SpanContext {
        if let parent { return parent.child(identifiers.withLock { $0.spanID() }) }
        let (trace, span) = identifiers.withLock { ($0.traceID(), $0.spanID()) }
        return SpanContext(traceID: trace, spanID: span, isSampled: sampler.isSampled(trace))
    }

    /// An ended span: to the exporter, or kept in case its trace fails.
    func finish(_ span: SpanRecord) {
        if span.context.isSampled {
            exporter.add(span)
            return
        }
        for span in sieve.withLock({ $0.add(span) }) { exporter.add(span) }
    }
}
