import PrometheusMetrics

/// What clients may spend a day.
extension MetricCatalog {
    static let budgetUsed = MetricDefinition(
        .gauge,
        "weir_budget_used_ratio",
        "Share of a client's daily budget that is used, by the limit in force; above 1 where a shadow is over it.",
        labels: ["client", "app", "api"],
        labelSets: 2_000
    )
    static let budgetSoft = MetricDefinition(
        .gauge,
        "weir_budget_soft_ratio",
        "Share of a client's daily budget from which on it is told of.",
        labels: ["client", "app", "api"],
        labelSets: 2_000
    )
    static let budgetRefusals = MetricDefinition(
        .counter,
        "weir_budget_refusals_total",
        "Calls and messages over a client's budget: refused (enforce), or let through and counted (shadow).",
        labels: ["client", "mode"]
    )
    static let budgets = [budgetUsed, budgetSoft, budgetRefusals]
}
