import Budgeting
import Intake
import Timekeeping

extension MessageRefusal {
    /// A message does not fit into its client's budgets.
    init(_ refusal: BudgetRefusal, at now: Timestamp) {
        switch refusal {
        case .journal(let error): self.init(error, while: .accepting)
        case .usedUp(let budget):
            let why = "\(budget.words); an operator can raise it: nothing was accepted"
            self.init(.budgetExceeded, why, retryAfter: budget.resetsAt - now)
            resetsAt = budget.resetsAt
        }
    }
}
