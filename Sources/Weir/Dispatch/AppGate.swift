import Resilience

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
}
