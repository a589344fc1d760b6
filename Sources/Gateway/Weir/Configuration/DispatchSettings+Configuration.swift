import Queueing

extension DispatchSettings {
    /// What of the configuration concerns the dispatcher.
    init(_ configuration: GatewayConfiguration) {
        var policy = DispatchPolicy()
        policy.queue.capacity = configuration.queue.capacity
        policy.breaker = configuration.breaker
        policy.budget = configuration.retry.budget
        policy.maxInFlight = configuration.upstream.maxInFlight
        policy.attemptTimeout = configuration.upstream.timeout
        policy.relayTimeout = configuration.relay.timeout
        policy.mediaTimeout = configuration.relay.mediaTimeout
        self.init(
            policy: policy,
            classes: configuration.retry.classes,
            defaultClass: configuration.retry.defaultClass,
            maxWaiting: configuration.relay.maxWaiting,
            maxWaitingBytes: configuration.relay.maxWaitingBytes,
            connectTimeout: configuration.upstream.connectTimeout
        )
    }
}

extension AppLimits {
    init(_ configuration: AppConfiguration) {
        self.init(configuration.limits, others: configuration.defaultLimit)
    }
}
