/// Somebody who is to get a notification.
struct AlertRecipient: Equatable, Sendable {
    /// An openid; empty for a robot.
    var name: String
    /// The idempotency key of the message that is stored for them.
    var key: String
}
