public import Queueing
import Resilience
public import Timekeeping

/// One attempt in flight.
public struct Lease: Equatable, Sendable {
    public var job: Job
    /// Counts every request that was started for the job, from 1.
    public var number: Int
    /// What it took before it could leave.
    var permits: Permits
    public var startedAt: Moment
    /// How long the attempt may take.
    public var timeout = Duration.seconds(5)
    /// How long the job has been ready, on the monotonic clock: never negative, whatever the wall clock does.
    public var readyFor = Duration.zero
    /// What the job waited for since it was ready, or since its last attempt; longest first.
    public var waits: [Wait] = []
    /// The breaker has counted it as slow while it hung.
    var isOverdue = false
    /// It hangs and was given up for a repeat.
    var isGivenUp = false

    /// Index of the lane's gate.
    public var gate: Int { permits.gate }
    /// Its gate's number, by which it is known also when the gate is gone.
    public var gateNumber: UInt64 { permits.gateNumber }
    /// Index of the breaker that gave the permit.
    public var breaker: Int { permits.breaker }
}
