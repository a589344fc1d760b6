import Timekeeping
import Tracing

/// Where a call's or message's attempts belong: the span that accepted it, and the attempt before.
struct Trail: Sendable {
    /// As in `MessageRecord.traceparent`; empty when there is no such request.
    var traceparent = ""
    /// The span of the attempt before, when that was made by this process.
    var previous: InstrumentationContext?
    /// Since when it has waited for its next attempt, where that is known.
    var waitingSince: Timestamp?

    /// The trace id in `traceparent`, or all of it where it is the bare id.
    var traceID: String {
        TraceContext.traceID(of: traceparent) ?? traceparent
    }
}
