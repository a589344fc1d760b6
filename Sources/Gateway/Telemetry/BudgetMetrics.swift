package import Budgeting
import PrometheusMetrics
import Settings

/// The clients' budgets in numbers.
final class BudgetMetrics: Sendable {
    private let used: GaugeFamily
    private let soft: GaugeFamily
    let refusals: CounterFamily

    init(_ registry: MetricRegistry) throws(MetricError) {
        used = try registry.gauge(MetricCatalog.budgetUsed)
        soft = try registry.gauge(MetricCatalog.budgetSoft)
        refusals = try registry.counter(MetricCatalog.budgetRefusals)
    }

    /// The series of refusals of clients with budgets begin at 0.
    func configured(_ configuration: GatewayConfiguration) {
        for client in configuration.budgets.keys {
            for mode in BudgetConfiguration.Mode.allCases { _ = refusals.child(client, mode.rawValue) }
        }
    }

    func refused(_ budget: BudgetStanding) {
        refusals.child(budget.client, budget.mode.rawValue).increment()
    }

    func collect(_ standings: [BudgetStanding]) {
        func readings(_ value: (BudgetStanding) -> Double) -> [GaugeFamily.Reading] {
            standings.map { .init([$0.client, $0.app, $0.api], value($0)) }
        }
        used.replace(with: readings(\.usedRatio), others: .gone)
        soft.replace(with: readings(\.soft), others: .gone)
    }
}

extension GatewayMetrics {
    /// How the budgets stand at a scrape.
    package func collect(budgets standings: [BudgetStanding]) {
        budgetMetrics.collect(standings)
    }
}
