/// A line of a message about alerts, such as `✗ critical WeirDown 10.0.0.1:8081: Weir does not answer Prometheus.`
struct ShownAlert: Hashable, Sendable {
    let name: String
    /// Empty for alerts without one.
    let instance: String

    /// The alert with these labels.
    init(_ labels: [String: String]) {
        name = labels["alertname"] ?? ""
        instance = labels["instance"] ?? ""
    }

    /// Reads a line: its mark, its severity, its name, its instance if there is one, and a summary.
    init?(line: String) {
        let words = line.split(separator: " ", maxSplits: 4).map(String.init)
        guard words.count >= 3, let third = words[2].split(separator: ":").first else { return nil }
        name = String(third)
        instance = words[2].hasSuffix(":") || words.count < 4 ? "" : String(words[3].dropLast())
    }

    static func isFiring(_ line: String) -> Bool {
        line.hasPrefix("✗")
    }
}
