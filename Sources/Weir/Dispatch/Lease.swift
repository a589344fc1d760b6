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
    /// How many permits the lane's bucket had granted with this one, for giving it back late.
    public var mark: UInt64
    public var startedAt: Moment
    /// What the job waited for since it was ready, or since its last attempt; longest first.
    public var waits: [Wait] = []
}
