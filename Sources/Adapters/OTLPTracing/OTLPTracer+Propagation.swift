public import Tracing

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
