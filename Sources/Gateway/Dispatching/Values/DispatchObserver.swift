package import Queueing
package import Resilience
package import Timekeeping
package import WeChat
package import WeirPorts

/// Hears what the dispatcher does. Metrics, traces and logs are behind it; the dispatcher knows none of them.
///
/// Called outside of every lock, on the thread that caused the event. What one step of the dispatcher decided is told in that order, and
/// before anything that follows from it leaves. Of two steps on two threads the later one may be told first.
package protocol DispatchObserver: Sendable {
    /// Called several times for each attempt: it must be quick.
    func observe(_ event: DispatchEvent)

    /// An attempt leaves now.
    /// - Returns: what goes with it to its end, and is shown to the attempt after it; `nil` where nobody follows it.
    func attemptLeaves(_ start: AttemptStart) -> (any AttemptTrace)?
}

/// What an observer keeps with an attempt. The dispatcher carries it along without a look inside.
package protocol AttemptTrace: AnyObject, Sendable {}

/// Something that the dispatcher did or met.
package enum DispatchEvent: Sendable {
    /// An app's api is called for the first time.
    case gateMade(GateName)
    case attemptEnded(AttemptEnd)
    /// A relayed call ended because the limiter had no permit for it in time.
    case limiterRefused(GateName)
    /// `by`: the operator who forced it, as far as they said who they are.
    case breakerMoved(BreakerTransition, breaker: String, by: String? = nil)
    /// Calls of an app go to another of its hosts.
    case hostMoved(HostMove)
    /// WeChat's word stopped an app, an api or a path, or that is over.
    case stopped(StopNews)
    case messageEnded(MessageEnd)
    /// Receipts had come before the answers of their messages.
    case receiptsFound([ReceiptNews])
    case token(TokenReport, app: String)
    /// A request for a token has ended.
    case tokenRequested(TokenExchange, app: String)
    /// Decisions could not be written to the ledger: they hold, but would not outlive the process now.
    case ledgerNotWritten(JournalError)
    /// Decisions found no room in the ledger: they end with the process.
    case ledgerFull(refused: Int)
    /// What an earlier process decided holds again. `unread`: names of entries that this version can't read.
    case ledgerRead(facts: Int, unread: [String])
}

/// An attempt that leaves.
package struct AttemptStart: Sendable {
    package var lease: Lease
    package var gate: GateName
    package var trail: Trail
    /// Scheme and authority of where it goes.
    package var origin: String
    /// Whether it carries the app's token.
    package var usesToken: Bool
    /// `nil` for a message's.
    package var call: RelayCall?
}

/// An attempt that has ended.
package struct AttemptEnd: Sendable {
    package var gate: GateName
    /// Where it went: scheme and authority.
    package var host: String
    /// Of its job's attempts, from 1.
    package var number: Int
    package var startedAt: Moment
    package var endedAt: Moment
    /// HTTP's; `nil` where there was no answer.
    package var status: Int?
    /// Why there was no answer.
    package var failure: TransportFailure?
    package var connection: UpstreamConnection?
    package var classification: Classification
    /// What becomes of its job; `nil` where the dispatcher had given the attempt up before.
    package var disposition: Disposition?
    /// The job's retry class.
    package var className: String
    /// As in `Trail`.
    package var traceparent: String
    package var trace: (any AttemptTrace)?
}

/// A message that has ended.
package struct MessageEnd: Sendable {
    /// The attempt that it ended with.
    package struct Attempt: Sendable {
        package var number: Int
        package var outcome: Outcome
        package var errcode: Int?
        package var rid: String?
        package var trace: (any AttemptTrace)?
    }

    package var id: JobID
    package var gate: GateName
    package var priority: Priority
    package var source: MessageSource
    /// When it might have gone first.
    package var since: Timestamp
    package var at: Timestamp
    package var state: JobState
    package var reason: String?
    /// `nil` where it ended without an attempt.
    package var last: Attempt?
    /// What became of its doubt; `nil` where it was never in one.
    package var resolution: Ambiguity.Resolution?
    /// As in `Trail`; empty where that is not at hand.
    package var traceparent = ""
    /// As in `Trail`; `nil` where that is not at hand.
    package var client: String?

    /// - Parameter errcode: of the attempt that it ended with.
    init(_ job: Job, gate: GateName, _ settlement: Settlement, errcode: Int? = nil) {
        id = job.id
        self.gate = gate
        priority = job.priority
        source = job.promise == .none ? .alert : .client
        since = job.acceptedAt
        at = settlement.at
        state = settlement.state
        reason = settlement.reason
        guard job.hasDoubt else { return }
        resolution = Ambiguity.Resolution(of: state, MessageType(api: gate.api), errcode: errcode)
    }
}
