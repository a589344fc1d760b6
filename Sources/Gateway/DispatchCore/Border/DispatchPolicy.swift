package import Queueing
public import Resilience
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

/// The classes that there are unless the configuration says otherwise.
extension RetryPolicy {
    /// Tier 1, strong consistency: a payment notice.
    public static let consistent = RetryPolicy(
        fastAttempts: 3,
        backoff: Backoff(base: .milliseconds(200), factor: 2, cap: .seconds(10), jitter: .full),
        ladder: [.seconds(15), .seconds(60), .seconds(300)],
        maxAge: .seconds(15 * 60)
    )

    /// Tier 2, high availability: a service call.
    public static let available = RetryPolicy(
        fastAttempts: 5,
        backoff: Backoff(base: .milliseconds(500), factor: 2, cap: .seconds(10), jitter: .full),
        ladder: [.seconds(60), .seconds(300), .seconds(1800)],
        maxAge: .seconds(2 * 3600)
    )

    /// Tier 3, asynchronous: a log, a campaign.
    public static let asynchronous = RetryPolicy(
        fastAttempts: 1,
        backoff: Backoff(base: .seconds(5), factor: 2, cap: .seconds(10), jitter: .full),
        ladder: [.seconds(5), .seconds(60), .seconds(300), .seconds(1800), .seconds(7200)],
        thereafter: .seconds(6 * 3600),
        ladderJitter: 0.2,
        lifetime: .seconds(3 * 24 * 3600)
    )
}
