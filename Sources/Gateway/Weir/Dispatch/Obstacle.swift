public import Timekeeping
public import WeirPorts

/// What keeps waiting work from leaving, and until when as far as that is known.
public struct Obstacle: Equatable, Sendable {
    public typealias Reason = WaitReason

    public var reason: Reason
    /// When it is expected to go away; `nil` when nobody knows.
    public var until: Timestamp?

    public init(_ reason: Reason, until: Timestamp? = nil) {
        self.reason = reason
        self.until = until
    }
}

extension WaitReason {
    /// Whether a relayed call is better told at once than left waiting for its deadline.
    var refusesAtOnce: Bool {
        switch self {
        case .breakerOpen, .quotaExhausted, .credentials, .tokenRejected, .account, .paused, .draining: true
        case .rateLimited, .throttled, .noToken, .concurrency, .journal, .scheduled, .turn: false
        }
    }
}
