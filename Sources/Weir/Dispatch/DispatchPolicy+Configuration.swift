import Queueing

extension DispatchPolicy {
    init(_ configuration: GatewayConfiguration, classes: RetryClassTable) {
        self.init()
        queue.capacity = configuration.queue.capacity
        breaker = configuration.breaker
        budget = configuration.retry.budget
        retryClasses = classes.policies
        maxInFlight = configuration.upstream.maxInFlight
    }
}
