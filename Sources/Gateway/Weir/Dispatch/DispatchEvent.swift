import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

/// Something that the dispatcher did or met.
enum DispatchEvent: Sendable {
    /// An app's api is called for the first time.
    case gateMade(GateName)
    case attemptEnded(AttemptEnd)
    /// A relayed call ended because the limiter had no permit for it in time.
    case limiterRefused(GateName)
    case breakerMoved(BreakerTransition, breaker: String)
    case messageEnded(MessageEnd)
    case token(TokenReport, app: String)
    /// Decisions could not be written to the ledger: they hold, but would not outlive the process now.
    case ledgerNotWritten(JournalError)
    /// Decisions found no room in the ledger: they end with the process.
    case ledgerFull(refused: Int)
    /// What an earlier process decided holds again. `unread`: names of entries that this version can't read.
    case ledgerRead(facts: Int, unread: [String])
}

/// One app's api, behind its limiter.
struct GateName: Equatable, Sendable {
    /// No other gate ever has the same: also an event that comes late is about this one.
    var number: UInt64
    var app: String
    /// The api's label.
    var api: String
}

/// An attempt that leaves.
struct AttemptStart: Sendable {
    var lease: Lease
    var gate: GateName
    var trail: Trail
}

/// An attempt that has ended.
struct AttemptEnd: Sendable {
    var gate: GateName
    var startedAt: Moment
    var endedAt: Moment
    /// HTTP's; `nil` where there was no answer.
    var status: Int?
    var classification: Classification
    /// What becomes of its job; `nil` where the dispatcher had given the attempt up before.
    var disposition: Disposition?
    /// The job's retry class.
    var className: String
    /// As in `Trail`.
    var traceparent: String
    var trace: (any AttemptTrace)?
}

/// A message that has ended.
struct MessageEnd: Sendable {
    /// The attempt that it ended with.
    struct Attempt: Sendable {
        var number: Int
        var outcome: Outcome
        var errcode: Int?
        var rid: String?
        var trace: (any AttemptTrace)?
    }

    var id: JobID
    var gate: GateName
    var priority: Priority
    /// When it might have gone first.
    var since: Timestamp
    var at: Timestamp
    var state: JobState
    var reason: String?
    /// `nil` where it ended without an attempt.
    var last: Attempt?
    /// As in `Trail`; empty where that is not at hand.
    var traceparent = ""

    init(_ job: Job, gate: GateName, _ settlement: Settlement) {
        id = job.id
        self.gate = gate
        priority = job.priority
        since = max(job.acceptedAt, job.notBefore ?? job.acceptedAt)
        at = settlement.at
        state = settlement.state
        reason = settlement.reason
    }
}
