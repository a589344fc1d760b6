import PrometheusMetrics
import Suppressing
import WeChat

/// Suppressions in numbers.
final class SuppressionMetrics: Sendable {
    let present: GaugeFamily
    let suppressed: CounterFamily

    init(_ registry: MetricRegistry) throws(MetricError) {
        present = try registry.gauge(MetricCatalog.suppressionCount)
        suppressed = try registry.counter(MetricCatalog.suppressed)
    }

    /// The series of an app begin at 0.
    func register(_ app: String) {
        for rule in SuppressionRule.all { _ = suppressed.child(app, String(rule.errcode)) }
        _ = suppressed.child(app, "blocked")
    }
}

extension GatewayMetrics: SuppressionObserver {
    package func suppressed(app: String, because label: String) {
        suppressionMetrics.suppressed.child(app, label).increment()
    }

    /// Every app has one reading, also where it has nothing.
    package func collect(suppressions counts: [String: Int], apps: some Sequence<String>) {
        for app in apps { suppressionMetrics.present.child(app).set(counts[app] ?? 0) }
    }
}
