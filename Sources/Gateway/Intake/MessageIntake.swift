package import Queueing
package import Timekeeping
package import WeChat
public import WeirPorts

/// The one way into the queue, for whoever has messages to send, and what they may ask about them afterwards.
package protocol MessageIntake: Sendable {
    /// Takes a message: returns when it is on disk.
    ///
    /// - Returns: It, as it was accepted.
    /// - Throws: `invalid` where its app or its times can't be; `queueFull`; `journal`.
    func admit(_ new: NewMessage) async throws(MessageRefusal) -> AcceptReply

    /// Whether it waits in the queue: not on its way to WeChat, and not ended.
    func isWaiting(_ id: JobID) -> Bool

    /// Calls `action` once when the message has ended and its end is on disk; soon where it has already.
    func whenEnded(_ id: JobID, _ action: @escaping @Sendable () -> Void)

    /// Takes it out of the queue if it still waits there.
    ///
    /// - Parameter reason: one short phrase for people.
    func withdraw(_ id: JobID, because reason: String)
}

/// A message that somebody wants to have sent. Who may send it was decided before.
package final class NewMessage: Sendable {
    /// The app's name in the configuration.
    package let app: String
    /// The client's name, empty when none are configured.
    package let client: String
    package let type: MessageType
    package let priority: Priority
    /// The retry class's name.
    package let retryClass: String
    package let notBefore: Timestamp?
    /// From this time on no attempt is begun.
    package let notAfter: Timestamp?
    /// Without a `notAfter`: how long it may take, from when it may go first. `nil`: as long as it takes.
    package let lifetime: Duration?
    /// Time in these does not count as lifetime.
    package let quiet: QuietHours?
    package let source: MessageSource
    /// WeChat's body as its sender wrote it, and what is kept beside it.
    package let content: MessageContent
    /// What it has in common with those that it replaces.
    package let collapse: CollapseMark?

    package init(
        app: String,
        client: String,
        type: MessageType,
        priority: Priority = .normal,
        retryClass: String,
        notBefore: Timestamp? = nil,
        notAfter: Timestamp? = nil,
        lifetime: Duration? = nil,
        quiet: QuietHours? = nil,
        source: MessageSource = .client,
        content: MessageContent,
        collapse: CollapseMark? = nil
    ) {
        self.app = app
        self.client = client
        self.type = type
        self.priority = priority
        self.retryClass = retryClass
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.lifetime = lifetime
        self.quiet = quiet
        self.source = source
        self.content = content
        self.collapse = collapse
    }
}

/// A message that was taken, now or before.
public final class AcceptReply: Sendable {
    /// The message as it is stored; of a replay as it stands now.
    public let record: MessageRecord
    /// The idempotency key had brought the message before.
    public let isReplay: Bool

    package init(_ record: MessageRecord, isReplay: Bool) {
        self.record = record
        self.isReplay = isReplay
    }
}
