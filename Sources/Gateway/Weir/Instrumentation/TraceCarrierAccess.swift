import Tracing

/// How a tracer reaches a carrier's headers.
struct TraceCarrierAccess: Extractor, Injector {
    func extract(key: String, from carrier: TraceCarrier) -> String? {
        key == "traceparent" ? carrier.traceparent : nil
    }

    func inject(_ value: String, forKey key: String, into carrier: inout TraceCarrier) {
        if key == "traceparent" { carrier.traceparent = value }
    }
}
