package import Callbacks
import PrometheusMetrics
package import WeirPorts

/// Callbacks and receipts in numbers.
final class ReceiptMetrics: Sendable {
    let callbacks: CounterFamily
    let taken: CounterFamily
    let left: CounterFamily

    init(_ registry: MetricRegistry) throws(MetricError) {
        callbacks = try registry.counter(MetricCatalog.callbacks)
        taken = try registry.counter(MetricCatalog.receiptsTaken)
        left = try registry.counter(MetricCatalog.receiptsLeft)
    }

    /// The series of an app with a callback begin at 0.
    func register(_ app: String) {
        for result in CallbackResult.allCases { _ = callbacks.child(app, result.rawValue) }
        for state in MessageReceipt.State.allCases { _ = taken.child(app, state.rawValue) }
        for result in ["contradicted", "unmatched"] { _ = left.child(app, result) }
    }
}

extension GatewayMetrics: CallbackObserver {
    package func callback(_ result: CallbackResult, app: String?) {
        receiptMetrics.callbacks.child(app ?? "-", result.rawValue).increment()
    }

    package func receipts(_ news: [ReceiptNews]) {
        for one in news {
            switch one.result {
            case .taken: receiptMetrics.taken.child(one.app, one.state.rawValue).increment()
            case .contradicted: receiptMetrics.left.child(one.app, "contradicted").increment()
            case .unmatched: receiptMetrics.left.child(one.app, "unmatched").increment()
            case .repeated, .kept: break
            }
        }
    }
}
