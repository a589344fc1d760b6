public import Timekeeping

/// What was decided at the end of an attempt after which the message waits on.
public struct NextStep: Equatable, Sendable {
    /// When the next attempt was to be; `nil` when nobody knew.
    public var due: Timestamp?
    /// One short phrase for people: why the message goes again and why not at once.
    public var reason: String
    public var cost: RetryCost

    public init(due: Timestamp?, reason: String, cost: RetryCost) {
        self.due = due
        self.reason = reason
        self.cost = cost
    }
}
