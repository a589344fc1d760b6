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
    /// When it was handed to the transport; `nil` while a message's start is being written down.
    var sentAt: Instant?
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

    package var app: AppPlace { permits.app }
    package var gate: GateID { permits.gate }
    /// Its gate's number, by which it is known also when the gate is gone.
    package var gateNumber: UInt64 { permits.gateNumber }
    /// The breaker that gave the permit.
    package var breaker: BreakerID { permits.breaker }
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
