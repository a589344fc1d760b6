import Delivering
import Intake
import Queueing
import Timekeeping
import WeChat
import WireJSON

/// A message as a caller hands it over, read and checked but not yet placed. By reference: it goes through async functions, whose
/// frames would each have room for all of it.
final class MessageDraft: Sendable {
    /// Name or AppID; `nil` when the caller names none.
    let app: String?
    let type: MessageType
    let priority: Priority?
    let retryClass: String?
    let notBefore: Timestamp?
    let notAfter: Timestamp?
    let metadata: [UInt8]
    /// WeChat's body, verbatim.
    let body: [UInt8]
    let recipient: String
    /// In a batch, the item's own key.
    let idempotencyKey: String?
    /// Where its end is to be told; whether its client may name it is not known yet.
    let callback: DeliveryAddress?
    /// Under which a newer message replaces it while it waits.
    let collapseKey: String?

    /// Bytes of one message, `metadata` and all.
    static let limit = 256 << 10
    static let metadataLimit = 16 << 10

    private static let members = [
        "app", "type", "priority", "retry_class", "not_before", "not_after", "metadata", "message", "idempotency_key",
        "callback_url", "collapse_key",
    ]

    /// Reads the JSON of `POST /v1/messages`.
    convenience init(_ bytes: [UInt8]) throws(MessageRefusal) {
        guard bytes.count <= MessageDraft.limit else {
            throw MessageRefusal(.tooLarge, "a message may have \(MessageDraft.limit >> 10) KiB, this one has more")
        }
        let json: JSONObjectView
        do { json = try JSONObjectView(bytes) } catch {
            let limit = error.reason == .tooDeep ? "; \(JSONRules.strict.maximumDepth) levels are the limit" : ""
            throw MessageRefusal(.malformed, "the body is not a JSON object as it should be: \(error)\(limit)")
        }
        try self.init(json)
    }

    /// Reads an object that was checked as strict JSON.
    init(_ json: JSONObjectView) throws(MessageRefusal) {
        for member in json.members where !MessageDraft.members.contains(where: { member.isNamed($0, in: json.bytes) }) {
            throw MessageDraft.invalid(
                json.name(of: member),
                "is not known; WeChat's own members belong inside `message`"
            )
        }
        app = try MessageDraft.text("app", in: json)
        type = try MessageDraft.choice(
            "type",
            in: json,
            { name in MessageType(name: name).flatMap { MessageType.open.contains($0) ? $0 : nil } },
            all: MessageType.open.map(\.rawValue)
        )
        priority = try MessageDraft.optional(
            "priority",
            in: json,
            { Priority(name: $0) },
            all: Priority.allCases.map(\.name)
        )
        retryClass = try MessageDraft.text("retry_class", in: json)
        notBefore = try MessageDraft.time("not_before", in: json)
        notAfter = try MessageDraft.time("not_after", in: json)
        idempotencyKey = try MessageDraft.text("idempotency_key", in: json)
        metadata = try MessageDraft.metadata(json.value("metadata"))
        callback = try MessageDraft.address("callback_url", in: json)
        guard let message = json.value("message") else {
            throw MessageDraft.invalid("message", "is missing: WeChat's own body goes there")
        }
        guard message.kind == .object else { throw MessageDraft.invalid("message", "must be an object") }
        guard let content = message.object else {
            throw MessageDraft.invalid("message", "may have \(JSONObjectView.mostMembers) members")
        }
        if let problem = type.validate(content).first {
            throw MessageDraft.invalid("message.\(problem.field)", problem.problem)
        }
        body = Array(message.text)
        recipient = type.recipient(in: content) ?? ""
        collapseKey = try MessageDraft.collapseKey(in: json, for: recipient)
    }

    static let longestCollapseKey = 128

    private static func collapseKey(in json: JSONObjectView, for recipient: String) throws(MessageRefusal) -> String? {
        guard let key = try text("collapse_key", in: json) else { return nil }
        guard 1...longestCollapseKey ~= key.utf8.count, key.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw invalid("collapse_key", "must be 1–\(longestCollapseKey) visible ASCII characters, no spaces")
        }
        guard !recipient.isEmpty else {
            throw invalid("collapse_key", "is for messages to one recipient: leave it out of others")
        }
        return key
    }

    private static func metadata(_ value: JSONValue?) throws(MessageRefusal) -> [UInt8] {
        guard let value, value.kind != .null else { return [] }
        guard value.kind == .object else { throw invalid("metadata", "must be an object") }
        guard value.range.count <= metadataLimit else {
            throw invalid("metadata", "may have \(metadataLimit >> 10) KiB")
        }
        return Array(value.text)
    }

    static func invalid(_ field: String, _ problem: String) -> MessageRefusal {
        MessageRefusal(.invalid, "\(field) \(problem)", field: field)
    }

    private static func text(_ name: String, in json: JSONObjectView) throws(MessageRefusal) -> String? {
        guard let value = json.value(name), value.kind != .null else { return nil }
        guard let text = value.string else { throw invalid(name, "must be a string") }
        return text
    }

    private static func address(_ name: String, in json: JSONObjectView) throws(MessageRefusal) -> DeliveryAddress? {
        guard let text = try text(name, in: json) else { return nil }
        do throws(DeliveryAddressProblem) { return try DeliveryAddress(text) } catch {
            throw invalid(name, error.words)
        }
    }

    private static func choice<Value>(
        _ name: String,
        in json: JSONObjectView,
        _ make: (String) -> Value?,
        all: @autoclosure () -> [String]
    ) throws(MessageRefusal) -> Value {
        guard let value = try optional(name, in: json, make, all: all()) else {
            throw invalid(name, "is missing: one of \(all().joined(separator: ", "))")
        }
        return value
    }

    private static func optional<Value>(
        _ name: String,
        in json: JSONObjectView,
        _ make: (String) -> Value?,
        all: @autoclosure () -> [String]
    ) throws(MessageRefusal) -> Value? {
        guard let text = try text(name, in: json) else { return nil }
        guard let value = make(text) else {
            throw invalid(name, "must be one of \(all().joined(separator: ", "))")
        }
        return value
    }

    private static func time(_ name: String, in json: JSONObjectView) throws(MessageRefusal) -> Timestamp? {
        guard let text = try text(name, in: json) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw invalid(name, "must be a time with an offset, such as 2026-11-21T09:00:00+08:00")
        }
        return time
    }
}
