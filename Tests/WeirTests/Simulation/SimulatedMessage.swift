import Queueing
import Timekeeping
import WeChat
import WeirPorts

@testable import Dispatching
@testable import Intake
@testable import Weir

/// A message as its sender knows it, and what the sender has heard of it.
struct SimulatedMessage {
    static let recipientPrefix = "oUSER-"

    /// Whom it goes to: nobody else gets one, so that it is known again by this.
    var recipient: String
    var body: [UInt8]
    var caller: Caller
    /// The Idempotency-Key, and when it was first used.
    var key: String?
    var sentAt: Instant
    /// Whether the key stood for another message before.
    var isOther = false
    /// Weir sends it itself, about alerts.
    var alert: NewMessage?
    let outbox = Outbox<Result<AcceptReply, MessageRefusal>>()

    /// WeChat's own body of a message of this type.
    static func content(_ type: MessageType, to recipient: String, isMarked: Bool) -> String {
        let mark = isMarked ? "\"client_msg_id\":\"\(recipient)\"," : ""
        switch type {
        case .mass:
            return "{\"touser\":[\"\(recipient)\",\"oOTHER\"],\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}}"
        case .custom:
            return "{\"touser\":\"\(recipient)\",\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}}"
        default:
            return "{\(mark)\"touser\":\"\(recipient)\",\"template_id\":\"T\",\"data\":{\"thing1\":{\"value\":\"x\"}}}"
        }
    }

    /// Who a request's body is for; `nil` when it is no message.
    static func recipient(in body: String) -> String? {
        body.split(separator: "\"").first { $0.hasPrefix(recipientPrefix) }.map(String.init)
    }

    /// By what WeChat knows a repeat of a template message.
    static func mark(in body: String) -> String? {
        member("client_msg_id", of: body)
    }

    /// A text member of a flat object.
    static func member(_ name: String, of body: String) -> String? {
        let parts = body.split(separator: "\"")
        guard let index = parts.firstIndex(of: name[...]), index + 2 < parts.count else { return nil }
        return String(parts[index + 2])
    }
}
