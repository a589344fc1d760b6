package import Intake
import WireJSON
import WireMessagePack

/// An event whose signature was checked, read and not yet made into a message.
package struct SignedEvent: Sendable {
    package let type: String
    /// The sender's own, under which it is taken once; `nil` where it gave none.
    package let id: String?
    private let object: JSONObjectView

    /// Bytes of one event, as of one message.
    package static let limit = 256 << 10
    /// Characters of an event's type.
    package static let longestType = 128
    private static let members = ["event_type", "payload", "id"]

    /// - Throws: `malformed` for a body that is not of its encoding; `invalid`, with the member, for one that is no event.
    package init(_ body: [UInt8], _ encoding: EventEncoding) throws(MessageRefusal) {
        let json = try SignedEvent.json(of: body, encoding)
        do { object = try JSONObjectView(json) } catch {
            throw MessageRefusal(.malformed, "the body is not an object as it should be: \(error)")
        }
        for member in object.members {
            let name = object.name(of: member)
            guard SignedEvent.members.contains(name) else {
                throw SignedEvent.invalid(
                    "members",
                    "may be event_type, payload and id; the event's own belong inside payload"
                )
            }
            guard object.count(of: name) == 1 else { throw SignedEvent.invalid(name, "is given more than once") }
        }
        guard let type = object.string("event_type"), 1...SignedEvent.longestType ~= type.utf8.count else {
            throw SignedEvent.invalid("event_type", "must be a text of 1 to \(SignedEvent.longestType) bytes")
        }
        guard object.value("payload")?.kind == .object else {
            throw SignedEvent.invalid("payload", "must be an object")
        }
        self.type = type
        id = try SignedEvent.id(object.value("id"))
    }

    /// The event as JSON, whatever it came as: what a repetition is compared by.
    package var json: [UInt8] { object.bytes }

    private static func json(of body: [UInt8], _ encoding: EventEncoding) throws(MessageRefusal) -> [UInt8] {
        let problem: String
        switch encoding {
        case .json: return body
        case .messagePack:
            do { return try MessagePackJSON.json(of: body) } catch { problem = "MessagePack as it should be: \(error)" }
        case .protobuf:
            do { return try EventProtobuf.json(of: body) } catch { problem = "a weir.v1.Event: \(error.rawValue)" }
        }
        throw MessageRefusal(.malformed, "the body is not \(problem)")
    }

    private static func id(_ value: JSONValue?) throws(MessageRefusal) -> String? {
        guard let value, value.kind != .null else { return nil }
        guard let id = value.string, 1...255 ~= id.utf8.count, id.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw invalid("id", "must be 1–255 visible ASCII characters")
        }
        return id
    }

    private static func invalid(_ field: String, _ problem: String) -> MessageRefusal {
        MessageRefusal(.invalid, "\(field) \(problem)", field: field)
    }
}

extension SignedEvent: EventSource {
    func root(_ filling: EventFilling) -> Any { EventScope(object, at: "", filling) }
}
