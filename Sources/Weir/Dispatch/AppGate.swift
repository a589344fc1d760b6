import Resilience
import Timekeeping

/// What all lanes of one app share.
struct AppGate: Equatable, Sendable {
    enum TokenState: Equatable, Sendable {
        case ready
        /// On its way, or retried after a passing failure.
        case missing
        /// An operator must act.
        case fault(String)
    }

    let name: String
    var isPaused = false
    var token = TokenState.missing
    var hold: Hold?
    var budget: RetryBudget
    /// Before this time no further retry leaves that the budget could not pay for.
    private var nextUnpaidRetry = Instant.zero

    init(name: String, token: TokenState, budget: RetryBudget) {
        self.name = name
        self.token = token
        self.budget = budget
    }

    /// How long a retry is delayed that the budget can't pay for now: such retries leave one after another, at the pace at which its
    /// floor earns them, lest all of them leave together when the first can be paid.
    mutating func unpaidDelay(_ wait: Duration, at now: Instant) -> Duration {
        let turn = max(now + wait, nextUnpaidRetry)
        nextUnpaidRetry = turn + budget.policy.floor.per / max(1, budget.policy.floor.permits)
        return turn - now
    }
}
