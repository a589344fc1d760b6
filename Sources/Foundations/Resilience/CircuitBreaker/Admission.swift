/// A breaker's answer to a call that wants to be made.
public enum Admission: Equatable, Sendable {
    /// The call may be made, and its result must be reported.
    case granted(BreakerPermit)
    /// The call must not be made. It is worth asking again after this time (always more than zero).
    case refused(retryAfter: Duration)
}
