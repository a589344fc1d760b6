import Queueing
import Timekeeping

/// What becomes of a notification.
enum AlertDecision: Equatable, Sendable {
    /// It goes out as a message of its own.
    case send
    /// It goes out in a summary, when the sink's bucket allows. The summary takes the place of the messages that are named here by
    /// their recipients.
    case fold(AlertTally, due: Timestamp, replacing: [String: JobID])
    /// All recipients have it.
    case duplicate
    /// The configuration has no such sink any more.
    case unknownSink
}
