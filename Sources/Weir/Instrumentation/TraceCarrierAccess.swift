import Tracing

/// How a tracer reaches a carrier's headers.
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
