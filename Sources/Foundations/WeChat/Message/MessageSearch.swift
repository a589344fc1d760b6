import WireJSON

/// What is looked for in messages' bodies.
public struct MessageSearch: Equatable, Sendable {
    /// The body's `template_id`; `nil` for any.
    public var template: String?
    /// A text that occurs in the body, with JSON's escapes read, or in the message's reason, upper and lower case apart; `nil` for any.
    public var text: String?

    /// The most bytes of a text that is looked for.
    public static let longestText = 256

    /// By default everything is found.
    public init(template: String? = nil, text: String? = nil) {
        self.template = template
        self.text = text
    }

    /// Whether every message is found, so that nobody need read its body.
    public var isEmpty: Bool { template == nil && text == nil }

    /// Whether a message is found.
    ///
    /// - Parameters:
    ///   - body: WeChat's; empty where it is kept no longer, and then only its reason can be found.
    ///   - reason: why the message waits or ended.
    public func finds(_ body: [UInt8], reason: String?) -> Bool {
        if let template {
            let message = try? JSONObjectView(body, rules: .lenient)
            guard message?.string("template_id") == template else { return false }
        }
        guard let text, !text.isEmpty else { return true }
        let sought = Array(text.utf8)
        if let reason, MessageSearch.occurs(sought, in: Array(reason.utf8)) { return true }
        if MessageSearch.occurs(sought, in: body) { return true }
        guard body.contains(UInt8(ascii: "\\")), let plain = try? CanonicalJSON.canonicalBytes(of: body) else {
            return false
        }
        return MessageSearch.occurs(MessageSearch.escaped(sought), in: plain)
    }

    /// As the canonical form writes it.
    private static func escaped(_ text: [UInt8]) -> [UInt8] {
        text.flatMap { byte in
            byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), byte] : [byte]
        }
    }

    private static func occurs(_ sought: [UInt8], in bytes: [UInt8]) -> Bool {
        guard let first = sought.first, bytes.count >= sought.count else { return sought.isEmpty }
        for start in 0...(bytes.count - sought.count) where bytes[start] == first {
            if bytes[start..<(start + sought.count)].elementsEqual(sought) { return true }
        }
        return false
    }
}
