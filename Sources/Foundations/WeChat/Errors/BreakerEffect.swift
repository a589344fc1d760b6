/// What a result tells the circuit breaker. It is not what decides about a repeat: that is the ``Outcome``.
public enum BreakerEffect: String, CaseIterable, Sendable {
    /// The upstream is sick.
    case failure
    /// The upstream answered in an orderly way, whatever it said.
    case success
    /// It speaks about our credentials, our quota or our own mistake, not about the upstream.
    case ignored
}
