public import Queueing
public import Timekeeping
public import WeChat

/// A receipt as WeChat pushed it, before it is known which message it is about.
public struct ReceivedReceipt: Equatable, Sendable {
    /// The app's name in the configuration.
    public var app: String
    /// What kinds of message it can be about.
    public var types: [MessageType]
    /// WeChat's id of the message; `nil` where WeChat wrote 0, as it may for messages with a `client_msg_id`.
    public var msgid: Int64?
    /// The recipient's openid; empty where there is no one.
    public var recipient: String
    /// What it says.
    public var receipt: MessageReceipt
    /// The same for the same push again, and for no other of the app.
    public var digest: Int64
    /// When it came.
    public var receivedAt: Timestamp
    /// What it says of later messages to the recipient. It is no part of what is kept.
    public var suppression: Suppression?

    /// Every part of it; it suppresses nothing unless told.
    public init(
        app: String,
        types: [MessageType],
        msgid: Int64?,
        recipient: String,
        receipt: MessageReceipt,
        digest: Int64,
        receivedAt: Timestamp,
        suppression: Suppression? = nil
    ) {
        self.app = app
        self.types = types
        self.msgid = msgid
        self.recipient = recipient
        self.receipt = receipt
        self.digest = digest
        self.receivedAt = receivedAt
        self.suppression = suppression
    }
}

/// The regular work about receipts, a step of it.
public struct ReceiptTurn: Equatable, Sendable {
    /// The time.
    public var now: Timestamp
    /// A receipt that no msgid finds a message for is matched by its recipient once it is so old: by then every attempt that it can be
    /// about has had its answer.
    public var settledAfter: Duration
    /// How long a receipt is kept: to know the same push again, and for a message whose answer comes later.
    public var keptFor: Duration
    /// By app, the time before which a message must have been sent for its receipt to be missing now.
    public var missingBefore: [String: Timestamp]
    /// Receipts and messages that are looked at, at most so many of each kind.
    public var limit: Int

    /// Receipts are matched by recipient after 10 s and kept for 10 minutes, unless told otherwise.
    public init(
        now: Timestamp,
        settledAfter: Duration = .seconds(10),
        keptFor: Duration = .seconds(600),
        missingBefore: [String: Timestamp] = [:],
        limit: Int = 1000
    ) {
        self.now = now
        self.settledAfter = settledAfter
        self.keptFor = keptFor
        self.missingBefore = missingBefore
        self.limit = limit
    }

    /// Receipts that are kept at most, whatever their age: the oldest go first.
    public static let mostKept = 1_000_000
    /// WeChat's clock may be behind Weir's by so much, and its times are of whole seconds.
    public static let clockDifference = Duration.seconds(5)
    /// A receipt without a msgid is about a message whose last attempt ended no longer than this before it.
    public static let longestDelivery = Duration.seconds(600)
}

/// What became of a receipt, or of a message that should have had one.
public struct ReceiptNews: Equatable, Sendable {
    /// What a receipt came to.
    public enum Result: Equatable, Sendable {
        /// It is the message's from now on. The state is the message's before.
        case taken(JobID, from: JobState)
        /// The same push came before, or says what is known.
        case repeated
        /// The message has another final one.
        case contradicted(JobID)
        /// No message is known for it yet: it is kept for a while.
        case kept
        /// No message came for it.
        case unmatched
    }

    /// The app's name in the configuration.
    public var app: String
    /// What the receipt says.
    public var state: MessageReceipt.State
    /// What it came to.
    public var result: Result

    /// News of an app's receipt.
    public init(app: String, state: MessageReceipt.State, result: Result) {
        self.app = app
        self.state = state
        self.result = result
    }
}
