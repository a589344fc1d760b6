/// What a message or a call may wait for. The raw values are metric labels, and stand in messages' `reason` and in the journal.
public enum WaitReason: String, CaseIterable, Sendable {
    /// The limiter has no permit.
    case rateLimited = "rate_limited"
    /// The breaker is open, or half-open with all its probes out.
    case breakerOpen = "breaker_open"
    /// WeChat said 45011: the api's lane waits for the next minute.
    case throttled
    /// The api's daily quota is used up, as WeChat (45009) or the configuration has it: its lane waits for the next day.
    case quotaExhausted = "quota_exhausted"
    /// What is left of the api's daily quota is kept for `urgent` and `high`.
    case quotaReserved = "quota_reserved"
    /// It is one of the hours in which the app's messages of this priority are not sent.
    case quietHours = "quiet_hours"
    /// No access_token is there yet.
    case noToken = "no_token"
    /// The token can't be fetched until an operator acts, or WeChat keeps rejecting it.
    case credentials
    /// WeChat rejects the app's token although it gave it out; asked again after seconds, later minutes.
    case tokenRejected = "token_rejected"
    /// WeChat refuses the account or the api (48001 and its like); asked again once a minute, later every five.
    case account
    /// An operator paused the app.
    case paused
    /// The app is not configured any more.
    case noApp = "no_app"
    /// As many attempts are in flight as may be.
    case concurrency
    /// The journal can't be written, so no attempt's start can be kept.
    case journal
    /// Weir is shutting down.
    case draining
    /// Its own time has not come: `not_before`, or a retry.
    case scheduled
    /// Nothing but other work that goes first.
    case turn
}

/// Time that a message spent waiting for one thing.
public struct Wait: Equatable, Sendable {
    /// What it waited for.
    public var reason: WaitReason
    /// How long it waited for that, all such waits before one attempt together.
    public var duration: Duration

    /// One for each reason: add up its waits first.
    public init(_ reason: WaitReason, _ duration: Duration) {
        self.reason = reason
        self.duration = duration
    }
}
