import Queueing

/// A message that was taken, now or before.
public final class AcceptReply: Sendable {
    public let record: MessageRecord
    /// The idempotency key had brought the message before.
    public let isReplay: Bool

    init(_ record: MessageRecord, isReplay: Bool) {
        self.record = record
        self.isReplay = isReplay
    }
}
