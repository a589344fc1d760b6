package import Queueing
package import Resilience
package import WeChat

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
