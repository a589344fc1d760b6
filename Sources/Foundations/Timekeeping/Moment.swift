/// One reading of both clocks, for machines that measure with the one and store with the other.
public struct Moment: Equatable, Sendable {
    public var instant: Instant
    public var timestamp: Timestamp

    public init(instant: Instant, timestamp: Timestamp) {
        self.instant = instant
        self.timestamp = timestamp
    }

    /// The monotonic instant at which the wall clock will show `later`, if nobody steps it.
    public func instant(of later: Timestamp) -> Instant {
        later == .distantFuture ? .distantFuture : instant + (later - timestamp)
    }
}
