public import Timekeeping
public import WeChat

/// One dated line of an explanation. Which of the members below `text` are set depends on `kind`.
public struct ExplanationStep: Equatable, Sendable {
    /// The raw values are part of the API.
    public enum Kind: String, CaseIterable, Sendable {
        /// Weir took it.
        case accepted
        /// It waited for something, which `reason` names.
        case waited
        /// Time of which there is no account: Weir was not running, or was older.
        case gap
        /// A request to WeChat, with what came of it.
        case attempt
        /// Attempts of which only the number is kept, `omitted`.
        case omitted
        /// A request that was on its way when Weir stopped.
        case interrupted
        /// What was decided after an attempt: when it goes again, why, and what that costs.
        case decided
        /// Somebody set it back to waiting after it had ended.
        case redriven
        /// An attempt is on its way now.
        case sending
        /// What it waits for now.
        case waiting
        /// How it ended.
        case ended
    }

    /// When it was, or began. Of several waits in a row only the durations are known: they are told as if the longest came first.
    public var at: Timestamp
    public var kind: Kind
    /// One or a few plain sentences.
    public var text: String

    public var duration: Duration?
    public var reason: Obstacle.Reason?
    /// The api whose limiter or pause it waited for.
    public var api: String?
    /// The breaker that it waited for, as `/v1/breakers` takes it.
    public var breaker: String?
    /// The attempt's number.
    public var attempt: Int?
    /// How many attempts are left out here.
    public var omitted: Int?
    public var outcome: Outcome?
    public var errcode: Int?
    /// What the errcode means.
    public var meaning: String?
    /// What to do about it, where something can be done.
    public var advice: String?
    /// WeChat's text.
    public var errmsg: String?
    public var rid: String?
    public var nextAt: Timestamp?
    public var cost: RetryCost?

    init(_ kind: Kind, at: Timestamp, _ text: String) {
        self.at = at
        self.kind = kind
        self.text = text
    }
}
