public import Queueing
public import Timekeeping
public import WeChat

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
