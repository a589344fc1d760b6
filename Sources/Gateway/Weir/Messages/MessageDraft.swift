import Queueing
import Timekeeping
import WeChat

/// A message as a caller hands it over, read and checked but not yet placed.
struct MessageDraft: Sendable {
    /// Name or AppID; `nil` when the caller names none.
    var app: String?
    var type: MessageType
    var priority: Priority?
    var retryClass: String?
    var notBefore: Timestamp?
    var notAfter: Timestamp?
    var metadata: [UInt8]
    /// WeChat's body, verbatim.
    var body: [UInt8]
    var recipient: String
    /// In a batch, the item's own key.
    var idempotencyKey: String?
}
