public import Queueing
public import Timekeeping

/// What became of a message after an attempt or without one.
public struct Settlement: Equatable, Sendable {
    /// `pending` when it waits for another attempt.
    public var state: JobState
    /// When it was decided.
    public var at: Timestamp
    /// While it waits: when the next attempt is due.
    public var nextAt: Timestamp?
    /// Attempts that count for the retry policy so far (token retries, parks and interruptions do not).
    public var countedAttempts: Int
    /// WeChat's id of the accepted message.
    public var msgid: Int64?
    /// Why it waits or ended, one short phrase for people, such as `template argument invalid (47003)`.
    public var reason: String?

    public init(
        state: JobState,
        at: Timestamp,
        nextAt: Timestamp? = nil,
        countedAttempts: Int,
        msgid: Int64? = nil,
        reason: String? = nil
    ) {
        self.state = state
        self.at = at
        self.nextAt = nextAt
        self.countedAttempts = countedAttempts
        self.msgid = msgid
        self.reason = reason
    }
}
