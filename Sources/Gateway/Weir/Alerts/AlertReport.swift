/// What became of a webhook's notifications.
public struct AlertReport: Equatable, Sendable {
    /// What became of one sink's. The raw values are metric labels.
    public enum Result: String, CaseIterable, Sendable {
        /// It waits in the queue as a message of its own.
        case accepted
        /// The same was taken less than five minutes ago.
        case duplicate
        /// It is part of a summary that waits in the queue.
        case summarised
        /// It could not be stored; Alertmanager is asked to come again.
        case failed
    }

    /// By sink.
    public private(set) var sinks: [String: Result] = [:]

    public init() {}

    mutating func add(_ result: Result, sink: String) {
        sinks[sink] = result
    }

    /// How many notifications had this result.
    public func count(_ result: Result) -> Int {
        sinks.values.count { $0 == result }
    }
}
