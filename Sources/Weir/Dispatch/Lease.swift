public import Queueing
public import Resilience
public import Timekeeping

/// One attempt in flight.
public struct Lease: Equatable, Sendable {
    public var job: Job
    /// Counts every request that was started for the job, from 1.
    public var number: Int
    /// Index of the lane's gate.
    public var gate: Int
    public var permit: BreakerPermit
    public var startedAt: Moment
}
