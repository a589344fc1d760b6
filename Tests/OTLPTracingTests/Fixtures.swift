import Timekeeping
import Tracing

@testable import OTLPTracing

/// Spans and instants as tests need them.
enum Fixtures {
    static func context(trace: UInt64, span: UInt64 = 1, isSampled: Bool = false) -> SpanContext {
        SpanContext(traceID: TraceID(high: 7, low: trace)!, spanID: SpanID(span)!, isSampled: isSampled)
    }

    static func span(trace: UInt64 = 1, span: UInt64 = 1, isFailure: Bool = false) -> SpanRecord {
        SpanRecord(
            context: context(trace: trace, span: span),
            parent: nil,
            name: "span",
            kind: .internal,
            start: 1,
            end: 2,
            status: isFailure ? SpanStatus(code: .error) : nil
        )
    }

    static func spans(_ count: Int, from first: UInt64 = 1) -> [SpanRecord] {
        (0..<UInt64(count)).map { span(trace: first + $0, span: first + $0) }
    }

    static func time(_ nanoseconds: UInt64) -> DefaultTracerClock.Timestamp {
        DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: nanoseconds)
    }

    static func instant(_ after: Duration) -> Instant {
        Instant.zero + after
    }
}
