import WireJSON

/// A JSON value whose strings are texts with placeholders: what an address of one's own gets.
public indirect enum AlertJSON: Equatable, Sendable {
    case text(AlertTemplate)
    /// A number, `true`, `false` or `null`, as JSON has it.
    case literal(String)
    case list([AlertJSON])
    case object([Member])

    /// A member of an object.
    public struct Member: Equatable, Sendable {
        /// As it is.
        public var name: String
        /// With its placeholders.
        public var value: AlertJSON

        /// Names have no placeholders.
        public init(name: String, value: AlertJSON) {
            self.name = name
            self.value = value
        }
    }

    /// What an address gets that names no body: an object whose `text` is the standard text, as many chats take it.
    static let standard = AlertJSON.object([Member(name: "text", value: .text(.standard))])

    /// The same as one line, for people.
    public var source: String {
        switch self {
        case .text(let template): "\"\(template.source.replacing("\n", with: "\\n"))\""
        case .literal(let literal): literal
        case .list(let items): "[\(items.map(\.source).joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { "\($0.name): \($0.value.source)" }.joined(separator: ", "))}"
        }
    }

    /// The text that has the list of alerts, and so decides how many messages there are; nil where none has it.
    var listing: AlertTemplate? {
        switch self {
        case .text(let template): template.count(of: .alerts) > 0 ? template : nil
        case .literal: nil
        case .list(let items): items.lazy.compactMap(\.listing).first
        case .object(let members): members.lazy.compactMap(\.value.listing).first
        }
    }

    /// Writes it with its texts filled.
    func write(to json: inout JSONWriter, _ fill: (AlertTemplate) -> String) {
        switch self {
        case .text(let template): json.string(fill(template))
        case .literal(let literal): json.raw(literal.utf8)
        case .list(let items): json.array { json in for item in items { item.write(to: &json, fill) } }
        case .object(let members):
            json.object { json in
                for member in members {
                    var value = JSONWriter()
                    member.value.write(to: &value, fill)
                    json.member(member.name, raw: value.bytes)
                }
            }
        }
    }
}
