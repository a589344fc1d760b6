package import Queueing
package import Resilience
package import Timekeeping
package import WeChat
package import WeirPorts

/// One attempt in flight.
package struct Lease: Equatable, Sendable {
    package var job: Job
    /// Counts every request that was started for the job, from 1.
    package var number: Int
    /// What it took before it could leave.
    var permits: Permits
    package var startedAt: Moment
    /// How long the attempt may take.
    package var timeout = Duration.seconds(5)
    /// How long the job has been ready, on the monotonic clock: never negative, whatever the wall clock does.
    package var readyFor = Duration.zero
    /// What the job waited for since it was ready, or since its last attempt; longest first.
    package var waits: [Wait] = []
    /// The breaker has counted it as slow while it hung.
    var isOverdue = false
    /// It hangs and was given up for a repeat.
    var isGivenUp = false

    /// Index of the lane's gate.
    package var gate: Int { permits.gate }
    /// Its gate's number, by which it is known also when the gate is gone.
    package var gateNumber: UInt64 { permits.gateNumber }
    /// Index of the breaker that gave the permit.
    package var breaker: Int { permits.breaker }
}

/// What the dispatch machine made of an attempt's end.
package struct AttemptResult: Equatable, Sendable {
    package var lease: Lease
    /// The job as it stands now.
    package var job: Job
    package var disposition: Disposition
    /// What the attempt came to, judged in the light of those before it.
    package var classification: Classification
    /// When the result moved the breaker.
    package var transition: BreakerTransition?
}

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
