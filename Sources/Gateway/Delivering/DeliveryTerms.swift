package import Resilience
package import WeirPorts

/// What deliveries go by, of the settings in force.
package struct DeliveryTerms: Equatable, Sendable {
    /// One destination's.
    package struct Target: Equatable, Sendable {
        package var secret: String
        /// A subscriber's.
        package var address: DeliveryAddress?
        /// Under which a client's addresses must be.
        package var prefixes: [DeliveryAddress]

        package init(secret: String, address: DeliveryAddress? = nil, prefixes: [DeliveryAddress] = []) {
            self.secret = secret
            self.address = address
            self.prefixes = prefixes
        }
    }

    package var targets: [DeliveryDestination: Target]
    /// The class `async`.
    package var retry: RetryPolicy
    /// How long what was given up is kept.
    package var keepDead: Duration
    package var connectTimeout: Duration

    package init(
        targets: [DeliveryDestination: Target] = [:],
        retry: RetryPolicy,
        keepDead: Duration = .seconds(30 * 86_400),
        connectTimeout: Duration = .seconds(1)
    ) {
        self.targets = targets
        self.retry = retry
        self.keepDead = keepDead
        self.connectTimeout = connectTimeout
    }

    /// How long an attempt may take.
    package static let timeout = Duration.seconds(5)
    /// Bytes of an answer that are read: what it says is of no interest.
    package static let longestAnswer = 1 << 20
    /// Where the class has no lifetime.
    package static let longestLife = Duration.seconds(3 * 86_400)

    /// How old a delivery may grow.
    package var lifetime: Duration { retry.lifetime ?? DeliveryTerms.longestLife }
}
