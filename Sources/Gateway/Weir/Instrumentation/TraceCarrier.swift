/// The header of W3C Trace Context (https://www.w3.org/TR/trace-context/), as a tracer reads and writes it.
struct TraceCarrier: Sendable {
    var traceparent: String?
}
