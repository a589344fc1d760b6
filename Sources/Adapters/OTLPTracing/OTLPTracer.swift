internal import Synchronization
public import Timekeeping
public import Tracing

/// A tracer of the swift-distributed-tracing API that exports by OTLP.
///
/// A span follows its parent's choice of being sampled; where a trace begins, its id decides. Spans of unsampled traces
/// are held for a while and exported if one of the trace ends with an error, of so many traces a minute.
public final class OTLPTracer: Tracer {
    let limits: SpanLimits
    private let sampler: RatioSampler
    private let ignoresCallersChoice: Bool
    private let exporter: OTLPExporter
    private let time: any TimeSource
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
        ignoresCallersChoice = configuration.ignoresCallersChoice
        self.exporter = exporter
        self.time = time
        clock = SpanClock(time: time)
        identifiers = Mutex(IdentifierGenerator(seededFrom: &random))
        sieve = Mutex(SpanSieve(configuration, at: time.now()))
    }

    /// The present of the tracer's own clock, for spans that are started and ended by it.
    public var now: DefaultTracerClock.Timestamp {
        clock.now()
    }

    /// Starts a span: a child of the context's span, else the first of a new trace, for which
    /// ``OTLPConfiguration/ratio`` decides whether it is sampled.
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
        if let parent {
            var child = parent.child(identifiers.withLock { $0.spanID() })
            if parent.isRemote, ignoresCallersChoice { child.isSampled = sampler.isSampled(child.traceID) }
            return child
        }
        let (trace, span) = identifiers.withLock { ($0.traceID(), $0.spanID()) }
        return SpanContext(traceID: trace, spanID: span, isSampled: sampler.isSampled(trace))
    }

    /// An ended span: to the exporter, or kept in case its trace fails.
    ///
    /// - Returns: whether it went to the exporter.
    func finish(_ span: SpanRecord) -> Bool {
        if span.context.isSampled {
            exporter.add(span)
            return true
        }
        // Only a failure asks for the time.
        let now = span.isFailure ? time.now() : .zero
        let released = sieve.withLock { $0.add(span, at: now) }
        for span in released { exporter.add(span) }
        return !released.isEmpty
    }
}

extension OTLPTracer {
    private static let parentKey = "traceparent"
    private static let stateKey = "tracestate"

    /// Reads `traceparent` and `tracestate`. Where the first is absent or malformed, the context stays as it is.
    public func extract<Carrier, Extract>(
        _ carrier: Carrier,
        into context: inout InstrumentationContext,
        using extractor: Extract
    ) where Extract: Extractor, Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: Self.parentKey, from: carrier) else { return }
        let state = extractor.extract(key: Self.stateKey, from: carrier)
        if let span = SpanContext(traceparent: parent, traceState: state) { context.spanContext = span }
    }

    /// Writes `traceparent`, and `tracestate` if there is one. Nothing is written outside of a trace.
    public func inject<Carrier, Inject>(
        _ context: InstrumentationContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject: Injector, Inject.Carrier == Carrier {
        guard let span = context.spanContext else { return }
        injector.inject(span.traceparent, forKey: Self.parentKey, into: &carrier)
        if let state = span.traceState { injector.inject(state, forKey: Self.stateKey, into: &carrier) }
    }
}

/// Chooses a share of the traces by their ids, so that every process with the same ratio chooses the same ones
/// (OpenTelemetry's TraceIdRatioBased; the arithmetic is that of its Go implementation).
struct RatioSampler: Sendable {
    private let bound: UInt64

    /// - Parameter ratio: 0 for none to 1 for all; what lies outside counts as the nearer end.
    init(ratio: Double) {
        let clamped = ratio > 0 ? min(ratio, 1) : 0
        bound = UInt64(clamped * 0x1p63)
    }

    func isSampled(_ id: TraceID) -> Bool {
        id.low >> 1 < bound
    }
}

/// Ids of traces and spans without a system call for each. Not for secrets.
struct IdentifierGenerator: Sendable {
    private var chance: SplitMix64
    /// Keeps the traces of two processes apart whose sequences meet: for a large fleet the 64 bits of one state are few.
    private let salt: UInt64

    init(seededFrom source: inout some RandomNumberGenerator) {
        chance = SplitMix64(seed: source.next())
        salt = source.next()
    }

    mutating func traceID() -> TraceID {
        while true {
            if let id = TraceID(high: chance.next() ^ salt, low: chance.next()) { return id }
        }
    }

    mutating func spanID() -> SpanID {
        while true {
            if let id = SpanID(chance.next()) { return id }
        }
    }
}
