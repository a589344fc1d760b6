package import Resilience

/// The part of the configuration that the dispatcher works by; a reload brings another.
package struct DispatchSettings: Sendable {
    /// Without the retry classes, which the dispatcher numbers by itself.
    package var policy: DispatchPolicy
    /// By name.
    package var classes: [String: RetryPolicy]
    /// For a call or message that names none.
    package var defaultClass: String
    /// Relayed calls that may wait at once.
    package var maxWaiting: Int
    /// Bytes of bodies of relayed calls that may wait at once.
    package var maxWaitingBytes: Int
    /// How long a connection may take to be set up.
    package var connectTimeout: Duration

    package init(
        policy: DispatchPolicy,
        classes: [String: RetryPolicy],
        defaultClass: String,
        maxWaiting: Int,
        maxWaitingBytes: Int,
        connectTimeout: Duration
    ) {
        self.policy = policy
        self.classes = classes
        self.defaultClass = defaultClass
        self.maxWaiting = maxWaiting
        self.maxWaitingBytes = maxWaitingBytes
        self.connectTimeout = connectTimeout
    }

    /// The machine's policy, with the classes under their numbers.
    func policy(_ classes: RetryClassTable) -> DispatchPolicy {
        var policy = policy
        policy.retryClasses = classes.policies
        return policy
    }
}
