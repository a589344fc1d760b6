import Queueing

/// A message that was taken, now or before.
public struct AcceptReply: Sendable {
    public var record: MessageRecord
    /// The idempotency key had brought the message before.
    public var isReplay: Bool
}
