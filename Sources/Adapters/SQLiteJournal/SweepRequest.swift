internal import Timekeeping
internal import WeirPorts

/// A step of clearing away that waits for the writer.
struct SweepRequest: Sendable {
    var retention: Retention
    var now: Timestamp
    var limit: Int
    var completion: @Sendable (Result<Bool, JournalError>) -> Void
}
