public import Timekeeping
public import WeChat

/// That WeChat takes no messages of some kind to one recipient, and up to when that is believed.
///
/// The same app, recipient and reach is the same suppression: the later one takes the place of the earlier.
public struct Suppression: Equatable, Sendable {
    /// The app's name in the configuration.
    public var app: String
    /// The recipient's openid.
    public var recipient: String
    /// Which messages to it.
    public var reach: SuppressionReach
    /// What WeChat answered; `nil` where a receipt said it.
    public var errcode: Int?
    /// Since when.
    public var since: Timestamp
    /// From this time on it is forgotten.
    public var until: Timestamp

    /// Every part of it.
    public init(
        app: String,
        recipient: String,
        reach: SuppressionReach,
        errcode: Int?,
        since: Timestamp,
        until: Timestamp
    ) {
        self.app = app
        self.recipient = recipient
        self.reach = reach
        self.errcode = errcode
        self.since = since
        self.until = until
    }

    /// How many a gateway keeps, of all apps together: the oldest go first.
    public static let mostKept = 1_000_000
}

/// What a write changed about suppressions.
public enum SuppressionNews: Equatable, Sendable {
    /// It is in force.
    case made(Suppression)
    /// It is in force no more: it was lifted, or was among the oldest when there were too many.
    case ended(Suppression)
}

/// What stands in a message's way: nothing is sent to its recipient for now.
public struct SuppressedRecipient: Error, Equatable, Sendable {
    /// What WeChat answered to an earlier message; `nil` where a receipt said it.
    public var errcode: Int?
    /// Up to when, unless the user or an operator ends it before.
    public var until: Timestamp

    /// What an errcode or a receipt said, and how long that counts.
    public init(errcode: Int?, until: Timestamp) {
        self.errcode = errcode
        self.until = until
    }

    /// A metric's label, one of few: the errcode, or `blocked`.
    public var label: String { errcode.map(String.init) ?? "blocked" }

    /// Why, in a few words.
    public var cause: String {
        errcode.map { "\(ErrorCodeTable.entry($0).meaning) (\($0))" }
            ?? "the recipient has blocked the account (receipt)"
    }

    /// The `reason` of a message that ends by it.
    public var reason: String { "\(SuppressedRecipient.reasonPrefix)\(cause), until \(until.rfc3339)" }

    /// How such a reason begins.
    public static let reasonPrefix = "recipient suppressed: "
}

/// Which suppressions are listed, newest first.
public struct SuppressionFilter: Equatable, Sendable {
    /// Of these apps alone.
    public var apps: [String]?
    /// Of this openid alone.
    public var recipient: String?
    /// Those that are still in force then.
    public var now: Timestamp
    /// Only those before this place in the order: the `next` of the page before.
    public var before: Int64?
    /// At most so many, 1 to 1,000.
    public var limit: Int

    /// By default the newest 100 of all apps.
    public init(
        apps: [String]? = nil,
        recipient: String? = nil,
        now: Timestamp,
        before: Int64? = nil,
        limit: Int = 100
    ) {
        self.apps = apps
        self.recipient = recipient
        self.now = now
        self.before = before
        self.limit = limit
    }
}

/// A part of a list of suppressions.
public struct SuppressionPage: Equatable, Sendable {
    /// Newest first.
    public var suppressions: [Suppression]
    /// The `before` of the next page; `nil` at the end.
    public var next: Int64?

    /// The end of a list, unless there is a `next`.
    public init(suppressions: [Suppression], next: Int64? = nil) {
        self.suppressions = suppressions
        self.next = next
    }
}
