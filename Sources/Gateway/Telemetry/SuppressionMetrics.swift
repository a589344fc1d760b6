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

    /// The series of an app that has suppressions begin at 0: before the first message is refused for one, as a rule.
    func register(_ app: String) {
        for rule in SuppressionRule.all { _ = suppressed.child(app, String(rule.errcode)) }
        _ = suppressed.child(app, "blocked")
    }
}

extension GatewayMetrics: SuppressionObserver {
    package func suppressed(app: String, because label: String) {
        suppressionMetrics.suppressed.child(app, label).increment()
    }

    /// Of those that have some, or had: an app that is only configured has no series.
    package func collect(suppressions counts: [String: Int], isConfigured: (String) -> Bool) {
        for (app, count) in counts where isConfigured(app) {
            if count > 0 { suppressionMetrics.register(app) }
            suppressionMetrics.present.child(app).set(count)
        }
    }
}
