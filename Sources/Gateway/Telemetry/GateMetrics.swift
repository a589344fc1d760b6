import PrometheusMetrics
import WeChat

/// The instruments of one (app, api), looked up once, so that an attempt costs a few atomic additions. Each is made when it is needed:
/// of an api that always answers well there is one outcome.
struct GateMetrics: Sendable {
    let app: String
    let api: String
    let permits: Counter
    private var duration: Histogram?
    private var outcomes: [Counter?] = Array(repeating: nil, count: Outcome.allCases.count)

    init(app: String, api: String, permits: Counter) {
        self.app = app
        self.api = api
        self.permits = permits
    }

    /// What an attempt that ended is counted and timed by.
    mutating func instruments(
        of outcome: Outcome,
        _ requests: CounterFamily,
        _ durations: HistogramFamily
    ) -> (Counter, Histogram) {
        let counter = outcomes[outcome.place] ?? requests.child(app, api, outcome.rawValue)
        let duration = duration ?? durations.child(app, api)
        outcomes[outcome.place] = counter
        self.duration = duration
        return (counter, duration)
    }
}

extension Outcome {
    fileprivate var place: Int {
        switch self {
        case .accepted: 0
        case .transient: 1
        case .throttled: 2
        case .quotaExhausted: 3
        case .tokenRejected: 4
        case .recipient: 5
        case .request: 6
        case .account: 7
        case .unknown: 8
        }
    }
}
