/// What a limiter or a budget says to a request for permits.
public enum Decision: Equatable, Sendable {
    /// The permits are taken.
    case granted
    /// Nothing was taken; after exactly this time (always more than zero) the same request would be granted, if nobody
    /// else takes anything in the meantime.
    case wait(Duration)
    /// Nothing was taken and no wait will help: more permits than the burst were asked for.
    case never
}
