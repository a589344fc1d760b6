public import Tracing

extension InstrumentationContext {
    /// The span that is the parent of those started here; `nil` where a trace would begin.
    public var spanContext: SpanContext? {
        get { self[SpanContextKey.self] }
        set { self[SpanContextKey.self] = newValue }
    }
}
