public import Timekeeping

/// How much of a budget is used.
public struct BudgetStanding: Equatable, Sendable {
    /// The client's name.
    public var client: String
    /// The app's name, or `*`.
    public var app: String
    /// The api's path, or `*`.
    public var api: String
    /// What becomes of what is over the limit.
    public var mode: BudgetConfiguration.Mode
    /// The configuration's.
    public var configuredLimit: Int
    /// The share of the limit from which on operators are told.
    public var soft: Double
    /// What was taken of it today. In shadow mode it may be more than the limit.
    public var used: Int
    /// What was refused today because of it, or would have been.
    public var refused: Int
    /// When it begins anew: midnight in Shanghai.
    public var resetsAt: Timestamp
    /// What is in force in the place of the configuration's limit.
    public var raise: BudgetRaise?

    /// The limit in force.
    public var limit: Int { max(configuredLimit, raise?.limit ?? 0) }
    /// What may still be taken of it.
    public var left: Int { max(0, limit - used) }
    /// The share of the limit that is used: above 1 where a shadow is over it, or where a raise has ended.
    public var usedRatio: Double { Double(used) / Double(max(1, limit)) }
    /// Whether operators are to be told.
    public var isSoftPassed: Bool { usedRatio >= soft }
}
