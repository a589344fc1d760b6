import Queueing
import Resilience
import Timekeeping

/// What all lanes of one app share.
struct AppGate: Sendable {
    let name: String
    var route: AppRoute
    /// The number of its stay, or that of its AppID.
    var stay: UInt64
    /// By group of apis: the host where its calls go instead of the preferred one.
    var detours: [String: String] = [:]
    /// By group of apis: when its calls went back to the preferred host.
    var returns: [String: Instant] = [:]
    /// Its breakers.
    var breakers: [BreakerID] = []
    /// Since when it is not configured any more, by the wall clock.
    var absentSince: Timestamp?
    var isPresent: Bool { absentSince == nil }
    /// An operator's word.
    var pause: Cause?
    var isPaused: Bool { pause != nil }
    var token: AppToken
    var hold: Hold?
    var suspicion = AppSuspicion()
    /// When its messages are not sent; `nil` where they always are.
    var quiet: QuietGate?
    /// How often its quotas were cleared.
    var clearings: QuotaClearings?
    var budget: RetryBudget
    /// Whether anything was ever asked of WeChat for it.
    var hasTried = false
    /// When the first of the attempts failed after which none has got through, by the wall clock.
    var failingSince: Timestamp?
    /// Relayed calls whose callers got WeChat's word, or did not, since somebody asked last.
    var calls = PromiseTally()
    /// Whether it is given tokens.
    var hasToken: Bool
    /// Retries that wait and that the budget could not pay for.
    private(set) var unpaidRetries = 0
    /// Rejected jobs that wait for the answer to a token request although the present token works for others.
    private var awaitingToken: [JobID] = []

    init(name: String, _ route: AppRoute, stay: UInt64, token: AppToken, budget: RetryBudget) {
        self.name = name
        self.route = route
        self.stay = stay
        self.token = token
        self.budget = budget
        hasToken = token != .ready
    }

    /// How long a retry is delayed that the budget can't pay for now. Such retries leave one after another, at the pace at which the
    /// budget's floor earns them. Otherwise all of them would leave together as soon as the first can be paid.
    mutating func takeUnpaidTurn(_ wait: Duration) -> Duration {
        let pace = budget.policy.floor.per / max(1, budget.policy.floor.permits)
        let delay = wait + min(pace * min(unpaidRetries, 1 << 20), .seconds(86_400))
        unpaidRetries += 1
        return delay
    }

    /// A retry that took a turn has left, or never will: those that come later wait less.
    mutating func giveBackUnpaidTurn() {
        unpaidRetries = max(0, unpaidRetries - 1)
    }
}

extension AppGate {
    /// Jobs that wait for the answer to a token request are remembered up to this number; others go after their own pause.
    static let awaitingLimit = 10_000

    mutating func awaitToken(_ id: JobID) {
        if awaitingToken.count < AppGate.awaitingLimit { awaitingToken.append(id) }
    }

    mutating func takeAwaitingToken() -> [JobID] {
        defer { awaitingToken = [] }
        return awaitingToken
    }
}

/// Whether there is a token to send an app's calls with.
package enum AppToken: Equatable, Sendable {
    case ready
    /// On its way, or retried after a passing failure.
    case missing
    /// An operator must act: WeChat gives out none, with this errcode.
    case fault(Int)
}
