/// A job's place in the queue's memory. Slots are used again, lowest effort first.
struct Slot: Sendable {
    enum State: UInt8, Sendable {
        case free, ready, scheduled, inFlight
    }

    var job: Job
    var state: State
    /// On the queue's `AgeClock`; set when it becomes ready, and kept in flight for a job that goes back to its place.
    var readySince: Int64 = 0
    /// Counts up over all jobs that become ready: a level's queue is in this order. Kept in flight like `readySince`.
    var turn: Int64 = 0
}
