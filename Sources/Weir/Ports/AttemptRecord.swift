public import Timekeeping
public import WeChat

/// One line of a message's audit trail.
public struct AttemptRecord: Equatable, Sendable {
    /// 1 for the first try, counting every request that was started, also token retries and interrupted ones.
    public var number: Int
    public var startedAt: Timestamp
    public var duration: Duration
    public var outcome: Outcome
    public var errcode: Int?
    /// WeChat's text without its `rid`, or the transport's failure; cut to 512 characters.
    public var errmsg: String?
    /// WeChat's request id, which its support asks for.
    public var rid: String?
    /// What the message waited for before this attempt, longest first: at most one entry a reason.
    public var waits: [Wait]
    /// Where the message waited on afterwards: until when, why, and what that cost.
    public var next: NextStep?

    public init(
        number: Int,
        startedAt: Timestamp,
        duration: Duration,
        outcome: Outcome,
        errcode: Int? = nil,
        errmsg: String? = nil,
        rid: String? = nil,
        waits: [Wait] = [],
        next: NextStep? = nil
    ) {
        self.number = number
        self.startedAt = startedAt
        self.duration = duration
        self.outcome = outcome
        self.errcode = errcode
        self.errmsg = errmsg
        self.rid = rid
        self.waits = waits
        self.next = next
    }
}
