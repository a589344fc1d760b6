public import Timekeeping
public import WeChat

/// One line of a message's audit trail.
public struct AttemptRecord: Equatable, Sendable {
    /// 1 for the first try, counting every request that was started, also token retries and interrupted ones.
    public var number: Int
    /// When it was begun, by the wall clock.
    public var startedAt: Timestamp
    /// From its beginning to its outcome; zero where the process ended in between.
    public var duration: Duration
    /// What became of it.
    public var outcome: Outcome
    /// WeChat's errcode, where its reply has one.
    public var errcode: Int?
    /// WeChat's text without its `rid`, or the transport's failure; cut to 512 characters.
    public var errmsg: String?
    /// WeChat's request id, which its support asks for.
    public var rid: String?
    /// What the message waited for before this attempt, longest first: at most one entry a reason.
    public var waits: [Wait]
    /// Where the message waited on afterwards: until when, why, and what that cost.
    public var next: NextStep?

    /// The number counts from 1; everything else that was not known or did not happen is left out.
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

/// What was decided at the end of an attempt after which the message waits on.
public struct NextStep: Equatable, Sendable {
    /// When the next attempt was to be; `nil` when nobody knew.
    public var due: Timestamp?
    /// What it waits for that is not its own matter; `nil` where its class ordered a retry, or it goes with another token.
    public var wait: WaitReason?
    /// One short phrase for people: why the message goes again.
    public var reason: String
    /// What the repeat costs the app's retry budget.
    public var cost: RetryCost

    /// Pass `nil` for `due` where nobody knows when it goes again.
    public init(due: Timestamp?, wait: WaitReason? = nil, reason: String, cost: RetryCost) {
        self.due = due
        self.wait = wait
        self.reason = reason
        self.cost = cost
    }
}

/// What a repeat cost its app's retry budget.
public enum RetryCost: Equatable, Sendable {
    /// Nothing: a token retry, or a wait that uses up no attempt.
    case free
    /// One retry, which the budget had.
    case paid
    /// The budget was spent: the repeat was put off by this much beyond its own time.
    case deferred(Duration)
}

/// How much of a message's audit trail is kept: its first attempts and its last ones. Of those between them only the number
/// is known, so that a message that is refused for days does not fill the disk.
public enum AttemptTrail {
    /// Attempts that are kept from the beginning.
    public static let first = 20
    /// Attempts that are kept up to the newest.
    public static let last = 80

    /// The number of the last attempt that is not kept once attempt `newest` is told; at most `first` where all are.
    public static func lastOmitted(newest: Int) -> Int {
        max(newest, last) - last
    }

    /// How many attempts between the first and the last ones are not kept.
    public static func omitted(newest: Int) -> Int {
        max(newest, first + last) - first - last
    }

    /// Whether attempt `number` is kept once attempt `newest` is told.
    public static func keeps(_ number: Int, newest: Int) -> Bool {
        number <= first || number > lastOmitted(newest: newest)
    }
}
