public import Timekeeping

/// What an operator did, or tried to: a row of the audit trail. No openid, key or token goes in here.
public struct AuditEntry: Equatable, Sendable {
    /// When it was answered.
    public var at: Timestamp
    /// The name of the operator's key; `admin_key` or `loopback` where they have none of their own.
    public var who: String
    /// What that key may do.
    public var role: String
    /// What was done, one of few words.
    public var action: String
    /// What it was done to: an app, a breaker, a message, an operation; of a recipient a keyed hash. Empty where that is plain.
    public var target: String
    /// Why, in their own words.
    public var reason: String
    /// The HTTP status of the answer: 4xx and 5xx changed nothing.
    public var status: Int
    /// Where it came from; empty where that is not known.
    public var peer: String
    /// The request's trace.
    public var traceID: String

    /// Most that a journal keeps: the oldest go first. 100,000 of what was done, and room for the refusals of 400 days, of which there are
    /// 100 a day at most.
    public static let mostKept = 140_000

    /// Checks nothing: whoever makes one bounds its texts.
    public init(
        at: Timestamp,
        who: String,
        role: String,
        action: String,
        target: String = "",
        reason: String = "",
        status: Int,
        peer: String = "",
        traceID: String = ""
    ) {
        self.at = at
        self.who = who
        self.role = role
        self.action = action
        self.target = target
        self.reason = reason
        self.status = status
        self.peer = peer
        self.traceID = traceID
    }
}

/// Which rows of the audit trail are listed, newest first.
public struct AuditFilter: Equatable, Sendable {
    /// Only what was done at or after this time.
    public var since: Timestamp?
    /// Only what this operator did.
    public var who: String?
    /// Only what is called so.
    public var action: String?
    /// Only what was done to this.
    public var target: String?
    /// Only rows before this place in the order: the `next` of the page before.
    public var before: Int64?
    /// At most so many, 1 to 1,000.
    public var limit: Int

    /// By default the newest 100.
    public init(
        since: Timestamp? = nil,
        who: String? = nil,
        action: String? = nil,
        target: String? = nil,
        before: Int64? = nil,
        limit: Int = 100
    ) {
        self.since = since
        self.who = who
        self.action = action
        self.target = target
        self.before = before
        self.limit = limit
    }
}

/// A part of the audit trail.
public struct AuditPage: Equatable, Sendable {
    /// Newest first.
    public var entries: [AuditEntry]
    /// The `before` of the next page; `nil` at the end.
    public var next: Int64?

    /// The end of a list, unless there is a `next`.
    public init(entries: [AuditEntry], next: Int64? = nil) {
        self.entries = entries
        self.next = next
    }
}
