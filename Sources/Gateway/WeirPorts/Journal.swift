public import Queueing
public import Timekeeping
public import WeChat

/// Where messages are kept: what is accepted is in it before the caller hears so, and what it says after a crash is what counts.
///
/// Beside them it has a ledger: small named values, written by the same calls and in the same commits as messages are.
public protocol Journal: Sendable {
    /// Puts `writes` into the next commit, in order after all writes handed over earlier, and calls `completion` once: when
    /// they are on disk and synced, or when they can't be. All writes of one call share one fate. Calls to `append` by one
    /// thread complete in order. `completion` runs on the journal's own thread and must not block. Never throws, never waits.
    ///
    /// **While nothing can be written**, calls that only accept, start, collapse, redrive, receive, match, remember, forget, suppress,
    /// lift, shed, count, deliver or erase fail, and nothing of them is kept. A call with an audit, a settle or conclude in it, of a
    /// message or a delivery,
    /// which tells what has happened already, is kept, tried again in order until the disk takes it, and answered only then, or with the
    /// failure when the journal is closed.
    /// So it may be answered after calls that were handed over later and failed.
    ///
    /// **No writes at all** are a barrier: success says that everything handed over before is on disk. It fails while the journal
    /// does, and then says nothing of what is kept.
    func append(
        _ writes: [JournalWrite],
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    )

    /// Hands over every message that has not ended, oldest first. Those that were in flight are told as they were: `sending`,
    /// with when the attempt began. Called once, before anything is appended.
    func restore(_ each: (RestoredMessage) -> Void) throws(JournalError)

    /// Every entry of the ledger, ordered by the bytes of its name: of each name what the last commit with it left.
    /// Called at start, before anything is appended. It blocks its caller until all are read.
    ///
    /// - Throws: Where the store can't be read at all. An entry that breaks the limits of `LedgerEntry`, which no
    ///   gateway wrote, is left out.
    func ledger() throws(JournalError) -> [LedgerEntry]

    /// Hands over every suppression, also those whose time is over and that no sweep has removed yet, in the order in which they were
    /// made. Called at start, before anything is appended.
    func suppressions(_ each: (Suppression) -> Void) throws(JournalError)

    /// A page of the suppressions that are in force, newest first.
    func suppressions(_ filter: SuppressionFilter) async throws(JournalError) -> SuppressionPage

    /// Hands over what a day's `count` writes come to, by their marks. Called at start, before anything is appended.
    func counts(of day: Int64, _ each: (_ mark: Int64, _ count: Int) -> Void) throws(JournalError)

    /// Hands over every delivery that waits, oldest first. Called at start, before anything is appended.
    func deliveries(_ each: (WaitingDelivery) -> Void) throws(JournalError)

    /// One delivery with what it says; `nil` where it is not kept any more.
    func delivery(_ place: Int64) async throws(JournalError) -> StoredDelivery?

    /// One message with its attempts.
    func message(_ id: JobID) async throws(JournalError) -> MessageRecord?

    /// A page of messages, newest first.
    ///
    /// One call looks at a bounded number of messages for a bounded time. Where few of them match, a page may be short or even
    /// empty and still have a `next`: the search goes on from there. Listings never hold up the other calls. Throws `busy`
    /// where too many are asked for at once; each client has its turn.
    func list(_ filter: MessageFilter) async throws(JournalError) -> MessagePage

    /// Counts the messages that match, from the newest on, by the rules of ``list(_:)``: a call counts a part, and says where to go on.
    /// The filter's `limit` does not matter.
    func tally(_ filter: MessageFilter) async throws(JournalError) -> MessageTally

    /// A page of what operators did, newest first.
    func audit(_ filter: AuditFilter) async throws(JournalError) -> AuditPage

    /// What deliveries keep of a person.
    func traces(of person: Person) async throws(JournalError) -> PersonTraces

    /// Has nothing of what was erased left in the journal's files, also where it was overwritten or moved.
    ///
    /// - Returns: Whether that is done; `false` where somebody reads an old state of it just now: ask again.
    func shred() async throws(JournalError) -> Bool

    /// The message that a client sent under this idempotency key, if that was less than 24 hours before `now`.
    func idempotent(_ key: IdempotencyKey, now: Timestamp) async throws(JournalError) -> IdempotentMessage?

    /// Removes what has been kept long enough, suppressions whose time is over, deliveries that are kept no longer, counts of days
    /// before yesterday, and what is too much of the audit trail, a small step (at most `limit` rows of each) a call.
    /// Returns whether there may be more to remove now.
    func sweep(_ retention: Retention, now: Timestamp, limit: Int) async throws(JournalError) -> Bool

    /// What metrics and `/readyz` tell about it, without touching the disk's queue for long.
    func status() -> JournalStatus

    /// Has `report` called after each commit from now on, also after one that failed, in place of an earlier `report`. It runs
    /// on the journal's own thread and must not block. A journal without commits need not have it.
    func onCommit(_ report: @escaping @Sendable (CommitReport) -> Void)

    /// Has `report` called with the deliveries that a commit has added from now on, in their order, whoever wrote what caused them, and
    /// before the calls in it are answered. In place of an earlier `report`. It runs on the journal's own thread and must not block.
    func onDelivery(_ report: @escaping @Sendable ([WaitingDelivery]) -> Void)
}

extension Journal {
    /// Does nothing: for a journal without commits.
    public func onCommit(_ report: @escaping @Sendable (CommitReport) -> Void) {}

    /// Appends, and waits for the answer.
    @discardableResult
    public func append(_ writes: [JournalWrite]) async throws(JournalError) -> JournalReceipt {
        let result = await withCheckedContinuation { continuation in
            append(writes) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}

/// What a commit brought back.
public struct JournalReceipt: Sendable {
    /// What `start` asked for. A started message that is missing here has lost its body (it was removed).
    public var bodies: [JobID: StoredBody]
    /// What became of receipts, in the order of the writes: of each `receive`, and what a settle, conclude or `match` found.
    public var receipts: [ReceiptNews]
    /// What changed about suppressions, in the order of the writes.
    public var suppressions: [SuppressionNews]
    /// How many deliveries the writes have added.
    public var deliveries: Int
    /// How many messages the writes have erased.
    public var erased = 0
    /// Messages that were to be redriven and are not there any more.
    public var vanished: [JobID] = []

    /// By default no body was asked for.
    public init(
        bodies: [JobID: StoredBody] = [:],
        receipts: [ReceiptNews] = [],
        suppressions: [SuppressionNews] = [],
        deliveries: Int = 0
    ) {
        self.bodies = bodies
        self.receipts = receipts
        self.suppressions = suppressions
        self.deliveries = deliveries
    }
}

/// What an attempt needs of a message: its body, and the trace that it belongs to.
public struct StoredBody: Equatable, Sendable {
    /// WeChat's body, verbatim.
    public var bytes: [UInt8]
    /// As in `MessageContent.traceparent`.
    public var traceparent: String
    /// As in `Message.client`.
    public var client: String

    /// `traceparent` is the bare trace id where nobody traced.
    public init(bytes: [UInt8], traceparent: String, client: String = "") {
        self.bytes = bytes
        self.traceparent = traceparent
        self.client = client
    }

    /// What a start brings of a message.
    public init(_ message: Message, _ content: MessageContent) {
        self.init(bytes: content.body, traceparent: content.traceparent, client: message.client)
    }
}

/// How long messages are kept after their end.
public struct Retention: Equatable, Sendable {
    /// Bodies, of every state but `dead`, `failed` and `unknown`, which can be redriven and keep theirs as long as themselves.
    public var bodies: Duration = .seconds(24 * 3600)
    /// `sent`, `delivered`, `expired` and `cancelled`.
    public var sent: Duration = .seconds(7 * 24 * 3600)
    /// `failed`.
    public var failed: Duration = .seconds(30 * 24 * 3600)
    /// `dead` and `unknown`.
    public var dead: Duration = .seconds(30 * 24 * 3600)
    /// What operators did; of it the newest ``AuditEntry/mostKept`` at most.
    public var audit: Duration = .seconds(400 * 24 * 3600)

    /// Bodies for a day, messages for 7 days, those that are `failed`, `dead` or `unknown` for 30, the audit trail for 400.
    public init() {}
}

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
    /// A message that waits has ended, as `cancelled`, because a newer one, `into`, was accepted in its place. Nothing happens where it
    /// does not wait. Put into the call that accepts the newer one, so that never both are there, or neither.
    case collapse(JobID, into: JobID, at: Timestamp)
    /// An ended message waits again: its attempts stay in the audit trail, the counters that retries are decided by are set to 0,
    /// and its `not_before` and `not_after` are void.
    case redrive(JobID, at: Timestamp)
    /// A receipt came. It changes its message in the same commit: the one of the app that has its msgid and awaits or had a receipt.
    /// The same push again does nothing. Where there is no such message it is kept, until a settle brings the msgid or a `match`
    /// finds the message or drops it. What it suppresses is in force from now on, unless it is `repeated`.
    case receive(ReceivedReceipt)
    /// The regular work about receipts, a step.
    ///
    /// - Kept receipts that are old enough are matched by recipient: with the one message of the app, of the right type and without a
    ///   final receipt, that was tried at that time. If the receipt has a msgid, with one that has none. With several it could be
    ///   either, and with one that still waits its end comes first: then nothing is changed.
    /// - What is kept too long is dropped.
    /// - Of messages that were sent long enough ago the receipt is `missing`.
    case match(ReceiptTurn)
    /// The ledger has this entry from now on, in the place of the one of that name.
    case remember(LedgerEntry)
    /// The ledger's entry of this name is gone. Nothing happens where there is none.
    case forget(String)
    /// A recipient is suppressed, in the place of what was known of the same reach.
    case suppress(Suppression)
    /// An app's suppressions of a recipient end. Nothing happens where there are none.
    case lift(app: String, recipient: String, SuppressionLifting)
    /// The oldest suppressions end, so many of them: whoever writes them bounds how many there are.
    case shed(Int)
    /// One more under this mark on a day of Shanghai, counted from 1970-01-01.
    case count(Int64, day: Int64)
    /// A destination is to be told. Where the same push was stored for it before and is still known, nothing happens.
    ///
    /// That a message has ended, or that a receipt moved it afterwards, makes a delivery to its client by itself, in the same commit, where
    /// it was accepted with a `callbackURL`; that a receipt is missing moves nothing.
    case deliver(Delivery)
    /// What became of a delivery that waited. Nothing happens where it does not wait any more.
    case settleDelivery(Int64, DeliverySettlement)
    /// An operator did something. Whoever writes these bounds how many wait at once.
    case audit(AuditEntry)
    /// What is kept of a person goes: the messages that are named, have ended and are to them, with all that hangs on them, and the
    /// deliveries that are named, tell of them and do not wait. A message stays while a delivery of its end waits.
    case erase(Erasure)
}

/// What became of a message after an attempt or without one.
public struct Settlement: Equatable, Sendable {
    /// `pending` when it waits for another attempt.
    public var state: JobState
    /// When it was decided.
    public var at: Timestamp
    /// While it waits: when the next attempt is due.
    public var nextAt: Timestamp?
    /// Attempts that count for the retry policy so far (token retries, parks and interruptions do not).
    public var countedAttempts: Int
    /// WeChat's id of the accepted message.
    public var msgid: Int64?
    /// Why it waits or ended, one short phrase for people, such as `template argument invalid (47003)`.
    public var reason: String?
    /// Whether a receipt may come from now on: of an app with a callback, what was sent or may have been. Once set it stays so until
    /// a redrive.
    public var awaitsReceipt = false
    /// Where a newer message has replaced it and ended it so. Only a conclude may say so.
    public var collapsedInto: JobID?

    /// The reason of a message that a newer one has replaced.
    public static let collapsed = "collapsed"

    /// Set `nextAt` for `pending` alone, and `msgid` where WeChat accepted the message.
    public init(
        state: JobState,
        at: Timestamp,
        nextAt: Timestamp? = nil,
        countedAttempts: Int,
        msgid: Int64? = nil,
        reason: String? = nil
    ) {
        self.state = state
        self.at = at
        self.nextAt = nextAt
        self.countedAttempts = countedAttempts
        self.msgid = msgid
        self.reason = reason
    }
}
