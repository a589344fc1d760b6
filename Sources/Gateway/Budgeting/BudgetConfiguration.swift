/// How many calls that WeChat counts a client may cause a day.
public struct BudgetConfiguration: Equatable, Sendable {
    /// What becomes of what is over the limit.
    public enum Mode: String, CaseIterable, Sendable {
        /// It is refused.
        case enforce
        /// It goes, and is counted as what would be refused.
        case shadow
    }

    /// Of this app; `nil` for all of them together.
    public var app: String?
    /// Of this api, by its path; `nil` for all of them together.
    public var api: String?
    /// Calls and messages a day of Shanghai, at least 1.
    public var limit: Int
    /// The share of the limit from which on operators are told, above 0 and up to 1.
    public var soft = 0.8
    /// What becomes of what is over the limit.
    public var mode = Mode.enforce

    /// All apps and apis together, told of from 80 % on, and enforced.
    public init(limit: Int) {
        self.limit = limit
    }

    /// How it is named in metrics and answers: the app's name or `*`.
    public var appLabel: String { app ?? BudgetConfiguration.any }
    /// How it is named in metrics and answers: the api's path or `*`.
    public var apiLabel: String { api ?? BudgetConfiguration.any }

    /// Stands for every app, or every api.
    public static let any = "*"
    /// Budgets of one client.
    public static let mostOfClient = 16
    /// Budgets of all clients together: each has series of its own.
    public static let most = 2_000
}
