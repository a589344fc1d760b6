public import Queueing
public import Resilience
public import WeChat

/// What the dispatch machine made of an attempt's end.
public struct AttemptResult: Equatable, Sendable {
    public var lease: Lease
    /// The job as it stands now.
    public var job: Job
    public var disposition: Disposition
    /// What the attempt came to, judged in the light of those before it.
    public var classification: Classification
    /// When the result moved the breaker.
    public var transition: BreakerTransition?
}
