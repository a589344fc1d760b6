/// An alert that a message shows, such as `✗ critical WeirDown: Weir at 10.0.0.1:8081 does not answer Prometheus.`
struct ShownAlert: Hashable, Sendable {
    let name: String
    /// Empty for alerts without one.
    let instance: String

    /// The alert with these labels.
    init(_ labels: [String: String]) {
        name = labels["alertname"] ?? ""
        instance = labels["instance"] ?? ""
    }

    private init?(name: String?, instance: String?) {
        guard let name else { return nil }
        (self.name, self.instance) = (name, instance ?? "")
    }

    /// The alerts of a message, each with whether it fires. What all of them share stands in a first line without a mark.
    static func all(in text: String) -> [(alert: ShownAlert, isFiring: Bool)] {
        let lines = text.split(separator: "\n")
        let head = lines.first.flatMap { $0.hasPrefix("✗") || $0.hasPrefix("✓") ? nil : $0 } ?? ""
        return lines.compactMap { line in
            guard line.hasPrefix("✗") || line.hasPrefix("✓") else { return nil }
            let alert = ShownAlert(
                name: name(in: line) ?? name(in: head),
                instance: instance(in: line) ?? instance(in: head)
            )
            return alert.map { ($0, line.hasPrefix("✗")) }
        }
    }

    private static func name(in line: Substring) -> String? {
        line.firstMatch(of: /\bWeir[A-Z]\w+/).map { String($0.output) }
    }

    private static func instance(in line: Substring) -> String? {
        line.firstMatch(of: /\b127\.0\.0\.1:\d+/).map { String($0.output) }
    }
}
