package import Queueing
package import Resilience
import WeChat

/// The limits and rules that the dispatch machine decides by.
package struct DispatchPolicy: Equatable, Sendable {
    package var queue = QueuePolicy()
    package var breaker = CircuitBreakerPolicy()
    package var budget = RetryBudgetPolicy()
    /// The retry classes; a job's `retryClass` is an index into them.
    package var retryClasses: [RetryPolicy] = []
    /// Attempts in flight at once.
    package var maxInFlight = 256
    /// Of these, how many may be messages', so that a backlog never takes every connection from the relay.
    package var maxDurableInFlight: Int { max(1, maxInFlight - maxInFlight / 4) }
    /// How long a message's attempt may take.
    package var attemptTimeout = Duration.seconds(5)
    /// How long a relayed call may take when its caller does not say.
    package var relayTimeout = Duration.milliseconds(4500)
    /// The same for uploads and downloads.
    package var mediaTimeout = Duration.seconds(60)

    package init() {}

    /// From this duration on a call of the group is slow. A transfer is long because it is large.
    func slowCall(_ group: APIGroup) -> Duration {
        group == .media ? max(breaker.slowCall, mediaTimeout / 2) : breaker.slowCall
    }

    /// How long an attempt lasts when no caller is in more of a hurry.
    func attemptTime(_ group: APIGroup, isDurable: Bool) -> Duration {
        isDurable ? attemptTimeout : group == .media ? mediaTimeout : relayTimeout
    }
}
