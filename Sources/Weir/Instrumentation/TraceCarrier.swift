/// The two headers of W3C Trace Context (https://www.w3.org/TR/trace-context/), as a tracer reads and writes them.
struct TraceCarrier: Sendable {
    var traceparent: String?
    var tracestate: String?
}
