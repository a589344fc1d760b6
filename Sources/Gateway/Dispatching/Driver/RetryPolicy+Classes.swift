public import Resilience

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
