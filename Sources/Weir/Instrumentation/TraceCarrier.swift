import Tracing

/// The two headers of W3C Trace Context (https://www.w3.org/TR/trace-context/), as a tracer reads and writes them.
struct TraceCarrier: Sendable {
    var traceparent: String?
    var tracestate: String?
}

struct TraceCarrierAccess: Extractor, Injector {
    func extract(key: String, from carrier: TraceCarrier) -> String? {
        switch key {
        case "traceparent": carrier.traceparent
        case "tracestate": carrier.tracestate
        default: nil
        }
    }

    func inject(_ value: String, forKey key: String, into carrier: inout TraceCarrier) {
        switch key {
        case "traceparent": carrier.traceparent = value
        case "tracestate": carrier.tracestate = value
        default: break
        }
    }
}
