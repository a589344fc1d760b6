public import Queueing
public import Timekeeping
public import WeChat

/// A message as it was accepted, without its content: whose it is, and when and how it may go. A redrive voids its times;
/// nothing else of it ever changes.
public struct Message: Equatable, Sendable {
    /// Later messages have larger ids.
    public var id: JobID
    /// The app's name in the configuration.
    public var app: String
    /// The client's name in the configuration, empty when none are configured.
    public var client: String
    /// What kind of message it is, which decides WeChat's path.
    public var type: MessageType
    /// How soon it goes among what is ready.
    public var priority: Priority
    /// The retry class's name.
    public var retryClass: String
    /// When it was accepted.
    public var createdAt: Timestamp
    /// It is not sent before this time.
    public var notBefore: Timestamp?
    /// From this time on no attempt is begun.
    public var notAfter: Timestamp?
    /// Who wants it to be sent.
    public var source: MessageSource
    /// What it has in common with those that it replaces, and that replace it; `nil` where it came without a `collapse_key`.
    public var collapse: CollapseMark?

    /// By default a client without a name, priority `normal`, retry class `available`, and no times of its own.
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
        source: MessageSource = .client,
        collapse: CollapseMark? = nil
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
        self.source = source
        self.collapse = collapse
    }
}

/// What a message brought along that the queue does not look at: it is in the journal, and in memory only for a while.
public struct MessageContent: Equatable, Sendable {
    /// WeChat's body, verbatim; empty once it was removed after `storage.keep.bodies`.
    public var body: [UInt8]
    /// The caller's `metadata` member, verbatim JSON; empty when there was none.
    public var metadata: [UInt8]
    /// The recipient's openid, for listing; empty when the type has none or several.
    public var recipient: String
    /// The idempotency key that it came with.
    public var idempotency: IdempotencyMark?
    /// The W3C `traceparent` of the span in which it was accepted; its attempts belong to that trace. Its
    /// `tracestate` stands behind a space where there is one. The bare trace id where nobody traced.
    public var traceparent: String
    /// Where its client wants to hear of its end; empty where nowhere. It may hold secrets: never print it.
    public var callbackURL: String
    /// The caller's `collapse_key`; empty where there was none.
    public var collapseKey: String

    /// By default only a body. `body` must be what WeChat is to get, byte for byte.
    public init(
        body: [UInt8],
        metadata: [UInt8] = [],
        recipient: String = "",
        idempotency: IdempotencyMark? = nil,
        traceparent: String = "",
        callbackURL: String = "",
        collapseKey: String = ""
    ) {
        self.body = body
        self.metadata = metadata
        self.recipient = recipient
        self.idempotency = idempotency
        self.traceparent = traceparent
        self.callbackURL = callbackURL
        self.collapseKey = collapseKey
    }
}

/// How far a message has come. A new one has come nowhere: `MessageProgress()`.
public struct MessageProgress: Equatable, Sendable {
    /// Where it stands.
    public var state = JobState.pending
    /// Attempts that count for the retry policy, since the last redrive.
    public var countedAttempts = 0
    /// All attempts that were started, also those that do not count.
    public var startedAttempts = 0
    /// When the first attempt since the last redrive was started.
    public var firstAttemptAt: Timestamp?
    /// When the attempt was started that is in flight, or was when the process ended: there is one while `state` is `sending`.
    public var attemptAt: Timestamp?
    /// An attempt since the last redrive ended with an unknown outcome.
    public var isAmbiguous = false
    /// An attempt before the last redrive did.
    public var wasInDoubt = false
    /// When the next attempt is due, where that is known.
    public var nextAt: Timestamp?
    /// When it reached a state that is terminal; `nil` before.
    public var endedAt: Timestamp?
    /// WeChat's id of the accepted message.
    public var msgid: Int64?
    /// Why it waits or ended, one short phrase for people.
    public var reason: String?
    /// What WeChat's callback said of it since the last redrive.
    public var receipt: MessageReceipt?
    /// The newer message that has replaced it, which ended it as `cancelled`.
    public var collapsedInto: JobID?

    /// A message that waits and has not been tried.
    public init() {}

    /// Whether an attempt may have arrived at WeChat without anybody here knowing.
    public var isInDoubt: Bool { attemptAt != nil || isAmbiguous }

    /// What a redrive leaves of it: attempts count anew, and a doubt is one of before.
    public func redriven(at now: Timestamp) -> MessageProgress {
        var progress = MessageProgress()
        progress.startedAttempts = startedAttempts
        progress.nextAt = now
        progress.wasInDoubt = wasInDoubt || isAmbiguous
        return progress
    }
}

/// All that the journal tells of a message. What its parts have is read as its own: `record.state`.
@dynamicMemberLookup
public struct MessageRecord: Equatable, Sendable {
    /// What was accepted.
    public var message: Message
    /// What it brought along.
    public var content: MessageContent
    /// What has become of it.
    public var progress: MessageProgress
    /// The audit trail, oldest first, as far as `AttemptTrail` keeps it; empty where only a summary was asked for.
    public var attempts: [AttemptRecord]
    /// Attempts between the first and the last ones in `attempts` that are counted here and kept no longer.
    public var omittedAttempts: Int
    /// Receipts that contradict the one in `progress`, oldest first, the first few; empty where only a summary was asked for.
    public var contradictions: [MessageReceipt]

    /// What the running process expects of one that waits; no journal knows it.
    public var outlook: MessageOutlook?

    /// By default it has come nowhere and was not tried.
    public init(
        _ message: Message,
        _ content: MessageContent,
        _ progress: MessageProgress = MessageProgress(),
        attempts: [AttemptRecord] = [],
        omittedAttempts: Int = 0,
        contradictions: [MessageReceipt] = []
    ) {
        self.message = message
        self.content = content
        self.progress = progress
        self.attempts = attempts
        self.omittedAttempts = omittedAttempts
        self.contradictions = contradictions
    }

    /// What was accepted.
    public subscript<Value>(dynamicMember path: KeyPath<Message, Value>) -> Value { message[keyPath: path] }

    /// What it brought along.
    public subscript<Value>(dynamicMember path: KeyPath<MessageContent, Value>) -> Value { content[keyPath: path] }

    /// What has become of it.
    public subscript<Value>(dynamicMember path: KeyPath<MessageProgress, Value>) -> Value { progress[keyPath: path] }
}

/// When a message that waits will probably go.
public struct MessageOutlook: Equatable, Sendable {
    /// About how many go before it in its lane.
    public var position: Int
    /// When its turn will have come, at its api's limit and quota and if nothing more urgent comes; `nil` where nobody knows, as an
    /// operator must act first.
    public var expectedAt: Timestamp?

    /// Checks nothing.
    public init(position: Int, expectedAt: Timestamp? = nil) {
        self.position = position
        self.expectedAt = expectedAt
    }
}

/// A message that had not ended when the process before this one did.
public struct RestoredMessage: Equatable, Sendable {
    /// What was accepted.
    public var message: Message
    /// How far it had come.
    public var progress: MessageProgress
    /// The body of a message in doubt: whether it may go again hangs on it. Empty for all others, and where it is kept no longer.
    public var doubtfulBody: [UInt8]

    /// Leave `doubtfulBody` empty unless the message is in doubt.
    public init(_ message: Message, _ progress: MessageProgress, doubtfulBody: [UInt8] = []) {
        self.message = message
        self.progress = progress
        self.doubtfulBody = doubtfulBody
    }

    /// The message's id.
    public var id: JobID { message.id }
}
