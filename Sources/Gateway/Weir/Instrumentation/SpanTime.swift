import Timekeeping
import Tracing

/// When a span begins or ends, on the wall clock.
struct SpanTime: TracerInstant {
    let nanosecondsSinceEpoch: UInt64

    init(_ timestamp: Timestamp) {
        let (nanoseconds, overflow) = UInt64(clamping: timestamp.milliseconds).multipliedReportingOverflow(
            by: 1_000_000
        )
        nanosecondsSinceEpoch = overflow ? .max : nanoseconds
    }

    /// A span's end: its beginning and what the monotonic clock measured, so that a step of the wall clock in between does not show.
    init(_ begin: Timestamp, after duration: Duration) {
        nanosecondsSinceEpoch = SpanTime(begin).nanosecondsSinceEpoch &+ UInt64(clamping: duration.inNanoseconds)
    }

    static func < (left: SpanTime, right: SpanTime) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }
}
