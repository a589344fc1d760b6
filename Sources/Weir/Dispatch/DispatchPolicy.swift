public import Queueing
public import Resilience

/// The limits and rules that the dispatch machine decides by.
public struct DispatchPolicy: Equatable, Sendable {
    public var queue = QueuePolicy()
    public var breaker = CircuitBreakerPolicy()
    public var budget = RetryBudgetPolicy()
    /// The retry classes; a job's `retryClass` is an index into them.
    public var retryClasses: [RetryPolicy] = []
    /// Attempts in flight at once.
    public var maxInFlight = 256
    /// Of these, how many may be messages', so that a backlog never takes every connection from the relay.
    public var maxDurableInFlight: Int { max(1, maxInFlight - maxInFlight / 4) }
    /// How long after its first attempt a repeat under the same client_msg_id is recognised by WeChat: ten minutes by its
    /// documentation, less a minute for clocks and delivery.
    public var deduplicationWindow = Duration.seconds(9 * 60)

    public init() {}
}
