public import Queueing
public import Timekeeping
public import WeChat

/// A message as the journal keeps it.
public struct MessageRecord: Sendable {
    public var id: JobID
    /// The app's name in the configuration.
    public var app: String
    /// The client's name in the configuration, empty when none are configured.
    public var client: String
    public var type: MessageType
    public var priority: Priority
    /// The retry class's name.
    public var retryClass: String
    public var createdAt: Timestamp
    public var notBefore: Timestamp?
    public var notAfter: Timestamp?
    /// The caller's `metadata` member, verbatim JSON; empty when there was none.
    public var metadata: [UInt8]
    /// The recipient's openid, for listing; empty when the type has none or several.
    public var recipient: String
    /// WeChat's body, verbatim; empty once it was removed after `storage.keep.bodies`.
    public var body: [UInt8]
    public var idempotency: IdempotencyMark?
    /// The W3C `traceparent` of the span in which it was accepted; its attempts belong to that trace. The bare
    /// trace id where nobody traced.
    public var traceparent: String

    public var state: JobState
    /// Attempts that count for the retry policy.
    public var countedAttempts: Int
    /// When the first attempt was started.
    public var firstAttemptAt: Timestamp?
    public var nextAt: Timestamp?
    public var endedAt: Timestamp?
    public var msgid: Int64?
    public var reason: String?
    /// The audit trail, oldest first, as far as `AttemptTrail` keeps it; empty where only a summary was asked for.
    public var attempts: [AttemptRecord]
    /// Attempts between the first and the last ones in `attempts` that are counted here and kept no longer.
    public var omittedAttempts = 0

    public init(
        id: JobID,
        app: String,
        client: String = "",
        type: MessageType,
        priority: Priority = .normal,
        retryClass: String = "available",
        createdAt: Timestamp,
        notBefore: Timestamp? = nil,
        notAfter: Timestamp? = nil,
        metadata: [UInt8] = [],
        recipient: String = "",
        body: [UInt8],
        idempotency: IdempotencyMark? = nil,
        traceparent: String = "",
        state: JobState = .pending,
        countedAttempts: Int = 0,
        firstAttemptAt: Timestamp? = nil,
        nextAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        msgid: Int64? = nil,
        reason: String? = nil,
        attempts: [AttemptRecord] = []
    ) {
        self.id = id
        self.app = app
        self.client = client
        self.type = type
        self.priority = priority
        self.retryClass = retryClass
        self.createdAt = createdAt
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.metadata = metadata
        self.recipient = recipient
        self.body = body
        self.idempotency = idempotency
        self.traceparent = traceparent
        self.state = state
        self.countedAttempts = countedAttempts
        self.firstAttemptAt = firstAttemptAt
        self.nextAt = nextAt
        self.endedAt = endedAt
        self.msgid = msgid
        self.reason = reason
        self.attempts = attempts
    }
}

/// What the queue must know of a message that outlived the process, without its body.
public struct RestoredMessage: Equatable, Sendable {
    public var id: JobID
    public var app: String
    public var client: String
    public var type: MessageType
    public var priority: Priority
    public var retryClass: String
    public var createdAt: Timestamp
    public var notBefore: Timestamp?
    public var notAfter: Timestamp?
    public var nextAt: Timestamp?
    public var countedAttempts: Int
    /// All attempts that were started, also those that do not count.
    public var startedAttempts: Int
    public var firstAttemptAt: Timestamp?
    /// An attempt was started and how it ended is not known: the process died in between.
    public var interruptedAt: Timestamp?
    /// An attempt since the last redrive ended with an unknown outcome.
    public var isAmbiguous: Bool

    public init(
        id: JobID,
        app: String,
        client: String,
        type: MessageType,
        priority: Priority,
        retryClass: String,
        createdAt: Timestamp,
        notBefore: Timestamp? = nil,
        notAfter: Timestamp? = nil,
        nextAt: Timestamp? = nil,
        countedAttempts: Int = 0,
        startedAttempts: Int = 0,
        firstAttemptAt: Timestamp? = nil,
        interruptedAt: Timestamp? = nil,
        isAmbiguous: Bool = false
    ) {
        self.id = id
        self.app = app
        self.client = client
        self.type = type
        self.priority = priority
        self.retryClass = retryClass
        self.createdAt = createdAt
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.nextAt = nextAt
        self.countedAttempts = countedAttempts
        self.startedAttempts = startedAttempts
        self.firstAttemptAt = firstAttemptAt
        self.interruptedAt = interruptedAt
        self.isAmbiguous = isAmbiguous
    }
}
