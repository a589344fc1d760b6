import Queueing
import Timekeeping
import WeirPorts

/// What follows from a change of the dispatcher's state.
struct Consequences: Sendable {
    /// What the journal is to write in one commit, and what its answer leads to.
    struct Write: Sendable {
        let writes: [JournalWrite]
        let sequel: Sequel
    }

    /// Of a message with a `collapse_key`: what it takes the place of, where that waited.
    struct Collapsing: Sendable {
        let replaced: Replacement?
    }

    enum Sequel: Sendable {
        case nothing
        /// A message was taken into the queue; where it could leave at once, its attempt begins.
        case accepted(JobID, started: [Lease], Collapsing?, @Sendable (Result<Void, AcceptFailure>) -> Void)
        /// Attempts of messages begin.
        case started([Lease])
        /// A message has ended; whoever waits for that is told. Where it was not tried, its client is given back what it counted.
        case ended(
            [@Sendable () -> Void],
            (@Sendable (Result<Void, JournalError>) -> Void)?,
            unused: UnusedMessage? = nil
        )
        /// The ledger has what was decided.
        case remembered(LedgerWrites)
    }

    /// What is done outside of the lock.
    enum Effect: Sendable {
        case transmit(Lease, Departure)
        /// An attempt is taken back.
        case cancel(CancelSignal)
        case answer(RelayCall, RelayEnd)
        /// A message ended without having been tried, and the journal has that.
        case unused(UnusedMessage)
    }

    /// Handed to the journal under the lock, as their order there must be the order of the decisions.
    var writes: [Write] = []
    /// Told once the lock is released, before any effect.
    var events: [DispatchEvent] = []
    var effects: [Effect] = []
    /// When to look again at the latest.
    var wake: Instant?

    mutating func write(_ writes: [JournalWrite], then sequel: Sequel = .nothing) {
        self.writes.append(Write(writes: writes, sequel: sequel))
    }
}

/// A message that ended before WeChat was asked.
struct UnusedMessage: Sendable {
    let id: JobID
    let app: String
    let api: String
    /// `nil` where that is not at hand.
    let client: String?
}
