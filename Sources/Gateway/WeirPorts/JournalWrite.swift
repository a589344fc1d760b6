public import Queueing
public import Timekeeping

/// One durable fact: about a message, or in the ledger.
public enum JournalWrite: Sendable {
    /// A new message, waiting.
    case accept(Message, MessageContent)
    /// Attempt `number` (1 is the first try) begins. With `needsBody` the receipt brings the body along.
    case start(JobID, number: Int, at: Timestamp, needsBody: Bool)
    /// An attempt has ended, and the message waits for another or has ended with it.
    case settle(JobID, AttemptRecord, Settlement)
    /// The message ended (`expired`, `cancelled`, `dead`) or waits on (`pending`) without an attempt having been made now;
    /// also gives back an attempt that was started but never left Weir.
    case conclude(JobID, Settlement)
    /// An ended message waits again: its attempts stay in the audit trail, the counters that retries are decided by are set to 0,
    /// and its `not_before` and `not_after` are void.
    case redrive(JobID, at: Timestamp)
    /// The ledger has this entry from now on, in the place of the one of that name.
    case remember(LedgerEntry)
    /// The ledger's entry of this name is gone. Nothing happens where there is none.
    case forget(String)
}
