/// A text with `{name}` placeholders, which are filled in one pass: what is put in is never looked at again.
///
/// `{{` and `}}` stand for the braces themselves.
public struct AlertTemplate: Equatable, Sendable {
    /// What a placeholder stands for.
    public enum Placeholder: Hashable, Sendable {
        case value(AlertValueName)
        case label(String)
        case annotation(String)
    }

    enum Part: Equatable, Sendable {
        case text(String)
        case placeholder(Placeholder)
    }

    /// As it was written.
    public let source: String
    let parts: [Part]

    /// - Throws: the first placeholder that is not known, or the first brace without its other half.
    public init(_ source: String) throws(AlertTemplateProblem) {
        self.source = source
        var parts: [Part] = []
        var text = ""
        var rest = source[...]
        while let character = rest.first {
            rest.removeFirst()
            switch character {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                text.append(character)
                rest.removeFirst()
            case "}":
                throw .lonelyBrace
            case "{":
                guard let end = rest.firstIndex(of: "}") else { throw .lonelyBrace }
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.placeholder(try AlertTemplate.placeholder(String(rest[..<end]))))
                rest = rest[rest.index(after: end)...]
            default:
                text.append(character)
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
        self.parts = parts
    }

    private init(_ parts: [Part], source: String) {
        self.parts = parts
        self.source = source
    }

    private static func placeholder(_ name: String) throws(AlertTemplateProblem) -> Placeholder {
        if let value = AlertValueName(rawValue: name) { return .value(value) }
        for (prefix, make) in [("label.", Placeholder.label), ("annotation.", Placeholder.annotation)]
        where name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count {
            return make(String(name.dropFirst(prefix.count)))
        }
        throw .unknown(name)
    }

    /// What is shown where a sink has no text of its own.
    public static let standard = AlertTemplate(
        [
            .text("["), .placeholder(.value(.status)), .text("] "), .placeholder(.value(.alertname)), .text(" ("),
            .placeholder(.value(.count)), .text(")\n"), .placeholder(.value(.alerts)), .text("\n"),
            .placeholder(.value(.externalURL)),
        ],
        source: "[{status}] {alertname} ({count})\n{alerts}\n{externalURL}"
    )

    static let alertname = AlertTemplate([.placeholder(.value(.alertname))], source: "{alertname}")

    /// The text with its placeholders filled.
    func filled(_ value: (Placeholder) -> String) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let literal): text += literal
            case .placeholder(let placeholder): text += value(placeholder)
            }
        }
    }
}
