public import Resilience

/// The breaker's policy, one breaker for each app, host and api group.
public typealias BreakerConfiguration = CircuitBreakerPolicy
