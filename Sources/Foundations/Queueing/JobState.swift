/// Where a message stands. The raw values are stored: never renumber them.
public enum JobState: UInt8, CaseIterable, Sendable {
    /// Waiting: for its `not_before`, a permit, a retry time or an operator. The accept call and a retryable attempt move a
    /// message here, a redrive moves it back here from `failed`, `dead` or `unknown`.
    case pending = 0
    /// An attempt is in flight. The dispatcher moves a message here, with the commit that precedes the attempt's first byte.
    case sending = 1
    /// WeChat accepted it (errcode 0). The attempt's outcome moves it here; a receipt moves it on to `delivered`.
    case sent = 2
    /// A receipt says that the recipient's phone has it. Final.
    case delivered = 3
    /// WeChat refused it for good; the errcode says why. The attempt's outcome moves it here; a redrive moves it out.
    case failed = 4
    /// Its attempts or its class's `max_age` are used up. The retry decision moves it here; a redrive moves it out.
    case dead = 5
    /// Its `not_after` passed while it waited. The queue's timer moves it here. Final.
    case expired = 6
    /// Its client cancelled it while it waited. Final.
    case cancelled = 7
    /// An attempt's outcome is not known and repeating it could show the message twice. The attempt, or the restart after a
    /// crash, moves it here; a redrive with `force` moves it out.
    case unknown = 8

    /// The name in answers, filters and metric labels.
    public var name: String {
        switch self {
        case .pending: "pending"
        case .sending: "sending"
        case .sent: "sent"
        case .delivered: "delivered"
        case .failed: "failed"
        case .dead: "dead"
        case .expired: "expired"
        case .cancelled: "cancelled"
        case .unknown: "unknown"
        }
    }

    /// Reads what `name` writes, in lower case; `nil` for anything else.
    public init?(name: some StringProtocol) {
        guard let match = JobState.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    /// Whether Weir will do nothing more about the message by itself.
    public var isTerminal: Bool {
        self != .pending && self != .sending
    }
}
