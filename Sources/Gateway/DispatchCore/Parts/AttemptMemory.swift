import Queueing
import Timekeeping

/// What is remembered of jobs that wait for another attempt, beyond what the queue itself keeps. Bounded: what finds no room is judged
/// by its lane alone and explained from when it became ready.
struct AttemptMemory: Sendable {
    struct Entry: Equatable, Sendable {
        var firstStarted: Instant
        var lastEnded: Instant
        /// Ends in a row after which the job waited without having used up an attempt.
        var idleWaits = 0
    }

    /// Jobs remembered at most.
    static let limit = 65_536

    private var entries: [JobID: Entry] = [:]

    var count: Int { entries.count }

    subscript(_ id: JobID) -> Entry? { entries[id] }

    /// An attempt of a job that waits on has ended.
    ///
    /// - Parameter isIdle: whether it used up no attempt; `nil` leaves the count of such ends as it is.
    mutating func keep(_ id: JobID, started: Instant, ended: Instant, isIdle: Bool? = false) {
        if entries[id] == nil, entries.count >= AttemptMemory.limit { return }
        var entry = entries[id] ?? Entry(firstStarted: started, lastEnded: ended)
        entry.lastEnded = ended
        if let isIdle { entry.idleWaits = isIdle ? min(entry.idleWaits + 1, 1000) : 0 }
        entries[id] = entry
    }

    mutating func forget(_ id: JobID) {
        if !entries.isEmpty { entries[id] = nil }
    }
}
