package import Timekeeping

/// Where a call's or message's attempts belong: the request that brought it, and the attempt before.
package struct Trail: Sendable {
    /// As in `MessageRecord.traceparent`; empty when there is no such request.
    package var traceparent = ""
    /// Of the attempt before, when that was made by this process.
    package var previous: (any AttemptTrace)?
    /// Since when it has waited for its next attempt, where that is known.
    package var waitingSince: Timestamp?

    package init(traceparent: String = "", previous: (any AttemptTrace)? = nil, waitingSince: Timestamp? = nil) {
        self.traceparent = traceparent
        self.previous = previous
        self.waitingSince = waitingSince
    }
}
