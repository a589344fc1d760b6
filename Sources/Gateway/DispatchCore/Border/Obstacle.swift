public import Timekeeping
public import WeirPorts

/// What keeps waiting work from leaving, and until when as far as that is known.
public struct Obstacle: Equatable, Sendable {
    /// The same reasons that a message's waits are told by.
    public typealias Reason = WaitReason

    /// What is in the way.
    public var reason: Reason
    /// When it is expected to go away; `nil` when nobody knows.
    public var until: Timestamp?

    /// Without `until` nobody knows when it ends.
    public init(_ reason: Reason, until: Timestamp? = nil) {
        self.reason = reason
        self.until = until
    }
}

extension WaitReason {
    /// Whether it can stand in the way of a whole lane, which a metric shows.
    package var blocksLane: Bool {
        switch self {
        case .rateLimited, .breakerOpen, .throttled, .quotaExhausted, .quotaReserved, .quietHours, .noToken,
            .credentials,
            .tokenRejected, .account,
            .paused, .noApp, .concurrency, .journal, .draining:
            true
        case .scheduled, .turn: false
        }
    }

    /// Whether a relayed call is better told at once than left waiting for its deadline.
    var refusesAtOnce: Bool {
        switch self {
        case .breakerOpen, .quotaExhausted, .quotaReserved, .credentials, .tokenRejected, .account, .paused, .noApp,
            .draining:
            true
        case .rateLimited, .throttled, .quietHours, .noToken, .concurrency, .journal, .scheduled, .turn: false
        }
    }
}
