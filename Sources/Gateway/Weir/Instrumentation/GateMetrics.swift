import PrometheusMetrics
import WeChat

/// The instruments of one (app, api), looked up once, so that an attempt costs a few atomic additions.
struct GateMetrics: Sendable {
    let app: String
    let api: String
    let outcomes: [Counter]
    let duration: Histogram
    let permits: Counter

    func outcome(_ outcome: Outcome) -> Counter {
        outcomes[Outcome.allCases.firstIndex(of: outcome) ?? 0]
    }
}
