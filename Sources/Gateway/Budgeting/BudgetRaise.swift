public import Timekeeping

/// Another limit for a budget, for a time.
public struct BudgetRaise: Equatable, Sendable {
    /// In the place of the configuration's, where it is more.
    public var limit: Int
    /// When it ends.
    public var until: Timestamp
    /// An operator's words.
    public var reason: String

    /// Checks nothing.
    public init(limit: Int, until: Timestamp, reason: String) {
        self.limit = limit
        self.until = until
        self.reason = reason
    }

    /// How long one lasts at most: what is to last longer belongs in the configuration.
    public static let longest = Duration.seconds(31 * 86_400)
    /// The highest limit that one sets.
    public static let highest = 1_000_000_000
}

/// Why a budget was not raised.
public enum BudgetRaiseProblem: Error, Equatable, Sendable {
    /// The client has no budget of that app and api.
    case noBudget
    /// Budgets of several apps are meant: these.
    case severalApps([String])
    /// The limit is not above the configuration's, which is this.
    case tooLow(Int)
}
