internal import Tracing

/// Under which a span's context travels through tasks.
enum SpanContextKey: InstrumentationContextKey {
    typealias Value = SpanContext

    static var nameOverride: String? { "span-context" }
}
