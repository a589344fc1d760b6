import Queueing

/// A message's end, as the log tells it.
struct MessageEnd: Sendable {
    var id: JobID
    var app: String
    var settlement: Settlement
    /// The attempt that it ended with; `nil` where it ended without one.
    var last: AttemptRecord?
    /// Where it belongs; `nil` where that is not at hand.
    var trail: Trail?
}
