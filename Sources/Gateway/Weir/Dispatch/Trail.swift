import Timekeeping

/// Where a call's or message's attempts belong: the request that brought it, and the attempt before.
struct Trail: Sendable {
    /// As in `MessageRecord.traceparent`; empty when there is no such request.
    var traceparent = ""
    /// Of the attempt before, when that was made by this process.
    var previous: (any AttemptTrace)?
    /// Since when it has waited for its next attempt, where that is known.
    var waitingSince: Timestamp?
}
