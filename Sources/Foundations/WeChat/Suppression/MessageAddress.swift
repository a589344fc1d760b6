public import WireJSON

/// Who a message goes to, and with which template: what a suppression is looked up by.
public struct MessageAddress: Hashable, Sendable {
    /// The recipient's openid.
    public var recipient: String
    /// The `template_id`, where the type has one.
    public var template: String?

    /// The most bytes that an openid has here. WeChat's have 28.
    public static let longestRecipient = 128

    /// `nil` where the type has no one recipient, or the message names none of a usual length.
    public init?(_ type: MessageType, in message: JSONObjectView) {
        guard let recipient = type.recipient(in: message), 1...Self.longestRecipient ~= recipient.utf8.count else {
            return nil
        }
        self.recipient = recipient
        guard type != .custom, let template = message.string("template_id"),
            1...SuppressionReach.longestTemplate ~= template.utf8.count
        else { return }
        self.template = template
    }

    /// The same from the message's bytes.
    public init?(_ type: MessageType, in body: [UInt8]) {
        guard let message = try? JSONObjectView(body, rules: .lenient) else { return nil }
        self.init(type, in: message)
    }
}
