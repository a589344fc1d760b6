package import Budgeting
package import Logging
import Timekeeping

/// Everybody's observer of budgets: counts refusals, and logs once a day where a budget's soft limit is passed and where it is used up.
package final class BudgetLog: BudgetObserver {
    private let metrics: GatewayMetrics
    private let logger: Logger

    package init(metrics: GatewayMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    package func observe(_ news: BudgetNews) {
        let budget = news.standing
        switch news.kind {
        case .refused, .wouldRefuse: metrics.budgetMetrics.refused(budget)
        case .softPassed: logger.warning("a budget's soft limit is passed", metadata: facts(budget))
        case .usedUp: logger.warning("a budget is used up", metadata: facts(budget))
        case .raised:
            var metadata = facts(budget)
            metadata["until"] = "\(budget.raise?.until.rfc3339 ?? "-")"
            metadata["reason"] = "\(budget.raise?.reason ?? "-")"
            logger.notice("a budget was raised", metadata: metadata)
        case .raiseEnded: logger.notice("a budget's raise is over", metadata: facts(budget))
        }
    }

    private func facts(_ budget: BudgetStanding) -> Logger.Metadata {
        [
            "client": "\(budget.client)", "app": "\(budget.app)", "api": "\(budget.api)",
            "mode": "\(budget.mode.rawValue)", "used": .number(budget.used), "limit": .number(budget.limit),
        ]
    }
}
