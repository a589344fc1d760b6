/// One rule that says which sinks an alert goes to.
public struct AlertRouteConfiguration: Equatable, Sendable {
    /// By label: the values of which the alert must have one. Empty matches every alert.
    public var match: [String: [String]]
    /// Names of sinks.
    public var sinks: [String]

    public init(match: [String: [String]] = [:], sinks: [String]) {
        self.match = match
        self.sinks = sinks
    }

    /// Whether an alert with these labels is meant. A label that it doesn't have counts as empty.
    func matches(_ labels: [String: String]) -> Bool {
        match.allSatisfy { name, values in values.contains(labels[name] ?? "") }
    }
}
