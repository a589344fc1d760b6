/// How soon work is taken among what is ready. Lower raw values go first.
public enum Priority: UInt8, CaseIterable, Comparable, Sendable {
    /// Strictly before all else.
    case urgent
    case high
    /// What a request that names none gets.
    case normal
    case low

    /// The name in requests, configuration and metric labels.
    public var name: String {
        switch self {
        case .urgent: "urgent"
        case .high: "high"
        case .normal: "normal"
        case .low: "low"
        }
    }

    /// Reads what `name` writes, in lower case; `nil` for anything else.
    public init?(name: some StringProtocol) {
        guard let match = Priority.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    /// Orders by urgency: `urgent < low`.
    public static func < (left: Priority, right: Priority) -> Bool {
        left.rawValue < right.rawValue
    }
}
