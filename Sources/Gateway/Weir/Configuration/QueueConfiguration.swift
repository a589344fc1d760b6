/// The one queue's bounds.
public struct QueueConfiguration: Equatable, Sendable {
    /// Messages that may wait; a tenth of it is kept for `urgent` and `high`.
    public var capacity = 1_000_000

    public init() {}
}
