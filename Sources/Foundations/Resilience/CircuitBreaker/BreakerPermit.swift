public import Timekeeping

/// Leave to make one call, to be given to `record` when the call has ended or to `release` when it was never made.
///
/// It belongs to one state of one breaker: what is reported with it after the breaker's next transition does not count.
public struct BreakerPermit: Equatable, Sendable {
    /// When it was granted.
    public let grantedAt: Instant
    /// Whether this is a probe of a half-open breaker.
    public var isProbe: Bool { probe != nil }
    /// The transition from open to half-open, in the permit that made it.
    public var transition: BreakerTransition? {
        guard let sequence = startedProbing else { return nil }
        return BreakerTransition(
            from: .open,
            to: .halfOpen,
            reason: .openTimeOver,
            at: grantedAt,
            sequence: sequence
        )
    }

    let generation: UInt64
    let probe: ProbeSlots.Ticket?
    let startedProbing: UInt64?
}

/// A breaker's answer to a call that wants to be made.
public enum Admission: Equatable, Sendable {
    /// The call may be made, and its result must be reported.
    case granted(BreakerPermit)
    /// The call must not be made. It is worth asking again after this time (always more than zero).
    case refused(retryAfter: Duration)
}

/// What a call's end says about the health of whoever was called.
public enum CallResult: String, CaseIterable, Sendable {
    /// It works. A refusal for reasons of the caller's own is a success here.
    case success
    /// It does not.
    case failure
    /// Nothing: the call was cancelled or went wrong on this side. It is not counted, and a probe is given back.
    case ignored
}
