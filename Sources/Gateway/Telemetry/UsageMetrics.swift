import Clients
import Dispatching
import PrometheusMetrics
import Relaying
import Resilience
import Synchronization
import Timekeeping
import WeChat

/// Who uses Weir for what, and what Weir itself adds.
final class UsageMetrics: Sendable {
    private struct Use: Hashable {
        var client: String
        var app: String
        var result: String
        var isCall: Bool
    }

    /// What a use is counted by, and a call timed.
    private struct Instruments {
        var counter: Counter
        var duration: Histogram?
    }

    private let calls: CounterFamily
    private let durations: HistogramFamily
    private let messages: CounterFamily
    private let retryResults: CounterFamily
    private let own: Histogram
    private let wait: Histogram
    /// Looked up once.
    private let known = Mutex<[Use: Instruments]>([:])

    /// Uses that are remembered; with one more all are forgotten, and looked up anew.
    static let most = 20_000

    init(_ registry: MetricRegistry) throws(MetricError) {
        calls = try registry.counter(MetricCatalog.clientCalls)
        durations = try registry.histogram(MetricCatalog.clientDuration)
        messages = try registry.counter(MetricCatalog.clientMessages)
        retryResults = try registry.counter(MetricCatalog.retryResults)
        let overhead = try registry.histogram(MetricCatalog.overhead)
        (own, wait) = (overhead.child("own"), overhead.child("wait"))
    }

    func answered(_ call: RelayedCall) {
        let use = Use(client: call.caller.label, app: call.app, result: call.result.rawValue, isCall: true)
        let instruments = instruments(use)
        instruments.counter.increment()
        instruments.duration?.observe(call.took)
        if let time = call.own { own.observe(time) }
        if let time = call.waited { wait.observe(time) }
    }

    /// A client's message was taken, or was not, or has ended.
    ///
    /// - Parameter client: nil where that is not at hand any more.
    func handedOver(_ result: String, client: String?, app: String?) {
        let client = client.map { Caller(name: $0).label } ?? "-"
        instruments(Use(client: client, app: app ?? "-", result: result, isCall: false)).counter.increment()
    }

    private func instruments(_ use: Use) -> Instruments {
        if let found = known.withLock({ $0[use] }) { return found }
        let counter = (use.isCall ? calls : messages).child(use.client, use.app, use.result)
        let new = Instruments(counter: counter, duration: use.isCall ? durations.child(use.client) : nil)
        known.withLock { known in
            if known.count >= UsageMetrics.most { known = [:] }
            known[use] = new
        }
        return new
    }

    /// An attempt that repeats an earlier one has ended.
    func repeated(_ end: AttemptEnd, _ disposition: Disposition) {
        let result: String
        switch disposition {
        case .ended where end.classification.outcome == .accepted: result = "recovered"
        case .ended: result = "given_up"
        case .retry, .tokenRetry, .waiting, .pausing: result = "failed"
        }
        retryResults.child(end.gate.app, end.className, result).increment()
    }

    /// Label values that have gone.
    func forget(_ values: Set<String>, of label: String) {
        for family in [calls, messages, retryResults] { family.removeAll(where: label, isIn: values) }
        durations.removeAll(where: label, isIn: values)
        known.withLock { known in
            known = known.filter { !values.contains(label == "app" ? $0.key.app : $0.key.client) }
        }
    }
}
