package import WeChat

/// By what an app's recipients are suppressed.
package struct SuppressionTerms: Equatable, Sendable {
    /// For which types, and how long.
    package var policy: SuppressionPolicy
    /// Whether WeChat's callback tells of what users do.
    package var hearsUsers: Bool

    package init(_ policy: SuppressionPolicy, hearsUsers: Bool) {
        (self.policy, self.hearsUsers) = (policy, hearsUsers)
    }
}

/// Who is told of messages and calls that were refused because their recipient is suppressed: metrics.
package protocol SuppressionObserver: Sendable {
    /// - Parameter label: the errcode that is why, or `blocked`.
    func suppressed(app: String, because label: String)
}
