public import Resilience

/// The retry classes and the budget that they share, for each app.
public struct RetryConfiguration: Equatable, Sendable {
    /// By name; `consistent`, `available` and `async` always exist.
    public var classes: [String: RetryPolicy] = [
        "consistent": .consistent, "available": .available, "async": .asynchronous,
    ]
    /// For a call or message that names none.
    public var defaultClass = "available"
    public var budget = RetryBudgetPolicy()

    public init() {}
}
