package import Logging
package import Operating
import PrometheusMetrics

/// Operations in numbers.
final class OperationMetrics: Sendable {
    let messages: CounterFamily
    let left: GaugeFamily
    let audit: CounterFamily

    init(_ registry: MetricRegistry) throws(MetricError) {
        messages = try registry.counter(MetricCatalog.operationMessages)
        left = try registry.gauge(MetricCatalog.operationsLeft)
        audit = try registry.counter(MetricCatalog.auditRows)
        for kind in BulkOperation.Kind.allCases {
            for result in ["done", "skipped"] { _ = messages.child(kind.rawValue, result) }
            left.child(kind.rawValue).set(0)
        }
        for fate in AuditFate.allCases { _ = audit.child(fate.rawValue) }
    }
}

/// The observer of operations and of the audit trail: counts, and logs where an operation begins, moves and ends.
package final class OperationLog: OperationObserver {
    private let metrics: GatewayMetrics
    private let logger: Logger

    package init(metrics: GatewayMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    package func moved(_ operation: BulkOperation, by who: String?) {
        var about = facts(operation)
        if let who { about["who"] = "\(who)" }
        about["state"] = "\(operation.state.rawValue)"
        about["reason"] = "\(operation.reason)"
        about["matched"] = .number(operation.forecast.matched)
        about["done"] = .number(operation.done)
        about["skipped"] = .number(operation.skipped)
        logger.notice("an operation moves", metadata: about)
    }

    package func met(_ kind: BulkOperation.Kind, done: Int, skipped: Int) {
        metrics.operationMetrics.messages.child(kind.rawValue, "done").increment(by: Double(done))
        metrics.operationMetrics.messages.child(kind.rawValue, "skipped").increment(by: Double(skipped))
    }

    package func waits(_ operation: BulkOperation, because why: String) {
        logger.warning("an operation waits", metadata: facts(operation).merging(["reason": "\(why)"]) { $1 })
    }

    package func audited(_ fate: AuditFate) {
        metrics.operationMetrics.audit.child(fate.rawValue).increment()
    }

    private func facts(_ operation: BulkOperation) -> Logger.Metadata {
        ["operation": "\(operation.id)", "kind": "\(operation.kind.rawValue)"]
    }
}

extension GatewayMetrics {
    package func collect(_ operations: [BulkOperation]) {
        for kind in BulkOperation.Kind.allCases {
            let left = operations.filter { $0.kind == kind }.reduce(0) { $0 + $1.left }
            operationMetrics.left.child(kind.rawValue).set(left)
        }
    }
}
