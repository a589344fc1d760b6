import Resilience
import Timekeeping

/// A circuit breaker, what it stands before, and what has left through it.
struct Breaker: Sendable {
    let key: BreakerKey
    var circuit: CircuitBreakerMachine
    /// The gates that it stands before.
    var gates: [GateID] = []
    /// The first of them that there was.
    var firstGate: GateID?
    /// Why it is not closed, or was forced.
    var cause: Cause?
    /// When the answer to a question of Weir's own should be there that was asked to probe it; `nil` where none is under way.
    var answerDue: Instant?
    /// No question is asked before this time.
    var nextQuestion: Instant?
    /// When an attempt through it was answered last.
    private(set) var answeredAt: Instant?
    /// Attempts that failed since the last that did not.
    private(set) var failuresInARow = 0
    private var failedAt = Instant.zero
    private var relayedInFlight = 0
    private var messagesInFlight = 0

    init(_ key: BreakerKey, _ policy: CircuitBreakerPolicy, at now: Instant) {
        self.key = key
        circuit = CircuitBreakerMachine(policy, at: now)
    }

    /// Whether a lane stands behind it. One whose host was taken out of the configuration has none.
    var isInUse: Bool { !gates.isEmpty }

    /// Attempts in flight, of relayed calls or of messages.
    func inFlight(isDurable: Bool) -> Int { isDurable ? messagesInFlight : relayedInFlight }

    /// An attempt was answered, whatever it says.
    mutating func answered(at now: Instant) { answeredAt = now }

    /// An attempt has ended that says something about the upstream.
    mutating func judged(_ isWell: Bool, at now: Instant) {
        if isWell || now > failedAt + Breaker.memory { failuresInARow = 0 }
        guard !isWell else { return }
        (failuresInARow, failedAt) = (min(failuresInARow + 1, 1000), now)
    }

    /// Calls come to its host, or leave it.
    mutating func forgetFailures() { failuresInARow = 0 }

    /// Failures that lie further apart say nothing together.
    private static let memory = Duration.seconds(60)

    /// An attempt has left.
    mutating func left(isDurable: Bool) {
        if isDurable { messagesInFlight += 1 } else { relayedInFlight += 1 }
    }

    /// An attempt has ended.
    mutating func ended(isDurable: Bool) {
        if isDurable { messagesInFlight -= 1 } else { relayedInFlight -= 1 }
    }
}

/// Tells a breaker from all others: there is one for each app, upstream host and group of apis, so that media trouble never stops messages.
struct BreakerKey: Hashable, Sendable {
    let app: AppPlace
    let host: String
    let group: String

    /// As people know it: app, host and group, safe in a URL.
    func name(app: String) -> String {
        let host = host.drop { $0 != "/" }.drop { $0 == "/" }
        let safe = host.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        return "\(app)\(BreakerKey.separator)\(String(safe))\(BreakerKey.separator)\(group)"
    }

    /// Between the parts of a name. No app's name has one.
    static let separator: Character = "~"
}
