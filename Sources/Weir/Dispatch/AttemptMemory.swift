import Queueing
import Timekeeping

/// What is remembered of jobs that wait for another attempt, beyond what the queue itself keeps. Bounded: what finds no room is judged by
/// the wall clock alone and explained from when it became ready.
struct AttemptMemory: Sendable {
    struct Entry: Equatable, Sendable {
        /// On the monotonic clock, which no step of the wall clock stretches.
        var firstStarted: Instant
        var lastEnded: Timestamp
    }

    /// Jobs remembered at most.
    static let limit = 65_536

    private var entries: [JobID: Entry] = [:]

    var count: Int { entries.count }

    subscript(_ id: JobID) -> Entry? { entries[id] }

    /// An attempt of a job that waits on has ended.
    mutating func keep(_ id: JobID, started: Instant, ended: Timestamp) {
        if entries[id] == nil, entries.count >= AttemptMemory.limit { return }
        entries[id, default: Entry(firstStarted: started, lastEnded: ended)].lastEnded = ended
    }

    mutating func forget(_ id: JobID) {
        if !entries.isEmpty { entries[id] = nil }
    }
}
