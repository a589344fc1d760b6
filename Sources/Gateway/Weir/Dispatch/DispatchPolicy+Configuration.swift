import Queueing

extension DispatchPolicy {
    init(_ configuration: GatewayConfiguration, classes: RetryClassTable) {
        self.init()
        queue.capacity = configuration.queue.capacity
        breaker = configuration.breaker
        budget = configuration.retry.budget
        retryClasses = classes.policies
        maxInFlight = configuration.upstream.maxInFlight
        attemptTimeout = configuration.upstream.timeout
        relayTimeout = configuration.relay.timeout
        mediaTimeout = configuration.relay.mediaTimeout
    }
}
