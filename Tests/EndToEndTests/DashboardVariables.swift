import Foundation

/// Puts values in place of a dashboard's variables, as Grafana does before it asks Prometheus.
struct DashboardVariables: Sendable {
    /// What each variable may be, as its query found it.
    var values: [String: [String]] = [:]

    /// With everything chosen: each variable's `allValue`.
    func substitutedAll(_ expression: String) -> String {
        substituted(expression) { _ in ".*" }
    }

    /// With one value chosen of each variable, quoted for a regular expression inside a string.
    func substituted(_ expression: String, choosing index: Int) -> String {
        substituted(expression) { name in
            guard let values = values[name], !values.isEmpty else { return ".*" }
            return DashboardVariables.escaped(values[index % values.count])
        }
    }

    private func substituted(_ expression: String, _ value: (String) -> String) -> String {
        // With a scrape each second: four of them, which is Grafana's least.
        var text = expression.replacing("$__rate_interval", with: "4s").replacing("$__interval", with: "1s")
        text = text.replacing("$__range", with: "60s")
        for name in values.keys.sorted(by: >) { text = text.replacing("$" + name, with: value(name)) }
        return text
    }

    private static func escaped(_ value: String) -> String {
        value.map { "\\^$.|?*+()[]{}/".contains($0) ? "\\\\\($0)" : String($0) }.joined()
    }
}
