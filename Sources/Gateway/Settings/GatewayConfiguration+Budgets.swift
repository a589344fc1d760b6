package import Budgeting

extension GatewayConfiguration {
    /// The clients' daily budgets; of those that have none, nothing.
    package var budgets: [String: [BudgetConfiguration]] {
        clients.compactMapValues { $0.budgets.isEmpty ? nil : $0.budgets }
    }
}
