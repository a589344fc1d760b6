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

    private static func placeholder(_ name: String) throws(AlertTemplateProblem) -> Placeholder {
        if let value = AlertValueName(rawValue: name) { return .value(value) }
        for (prefix, make) in [("label.", Placeholder.label), ("annotation.", Placeholder.annotation)]
        where name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count {
            return make(String(name.dropFirst(prefix.count)))
        }
        throw .unknown(name)
    }

    /// One of Weir's own. A test holds that each can be read.
    private init(known source: String) {
        self.source = source
        parts = (try? AlertTemplate(source))?.parts ?? [.text(source)]
    }

    /// What is shown where a sink has no text of its own.
    public static let standard = AlertTemplate(known: "[{status}] {title}{part}\n{alerts}\n{externalURL}")
    /// The same in markdown.
    static let markdown = AlertTemplate(known: "### [{status}] {title}{part}\n{alerts}\n{links}")
    /// What a card says below its title.
    static let cardBody = AlertTemplate(known: "{alerts}\n{links}")
    /// A text's first line.
    static let title = AlertTemplate(known: "[{status}] {title}{part}")
    static let alertname = AlertTemplate(known: "{alertname}")

    /// How often it shows this.
    func count(of value: AlertValueName) -> Int {
        parts.count { $0 == .placeholder(.value(value)) }
    }

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

/// One variable of a WeChat template and what it shows.
public struct AlertField: Equatable, Sendable {
    /// As the template has it: `thing1`, `time2`, `keyword1`.
    public var name: String
    /// What the variable becomes.
    public var value: AlertTemplate

    /// The name is the template's own, such as `thing1`.
    public init(name: String, value: AlertTemplate) {
        self.name = name
        self.value = value
    }
}

/// What a text about alerts can show, beside `label.NAME` and `annotation.NAME`.
public enum AlertValueName: String, CaseIterable, Sendable {
    /// `firing` while any of the alerts fires, else `resolved`; `summary` in a summary. In Chinese for a sink whose language it is.
    case status
    /// The same in Chinese for every sink, for fields of the kind `phrase`, which hold nothing else.
    case statusInChinese = "status_zh"
    /// What it is about, in a line: the alerts' name and how many there are; of several names how many, and how many of them are severe.
    case title
    /// Which of several messages about one notification it is: ` (2/3)`. Nothing where there is one.
    case part
    /// How many alerts there are; in a summary, how many notifications.
    case count
    /// How many of them fire.
    case firing
    /// How many of them are resolved.
    case resolved
    case alertname
    case severity
    case summary
    case description
    /// The annotation `phone`, else the summary.
    case phone
    case runbookURL = "runbook_url"
    /// Alertmanager's receiver.
    case receiver
    /// Alertmanager's own address.
    case externalURL
    /// Alertmanager's page for a silence of what all the alerts share.
    case silenceURL = "silence_url"
    /// The addresses of runbook, silence and Alertmanager, and the command to begin with, those that there are.
    case links
    /// When the oldest of them began, by the clock of Shanghai.
    case startsAt
    /// What all the alerts share, and a line for each with what differs, as many as fit.
    case alerts
}

/// What is wrong with a text that has placeholders.
public enum AlertTemplateProblem: Error, Equatable, Sendable {
    /// No placeholder has this name.
    case unknown(String)
    /// A `{` without `}`, or a `}` without `{`.
    case lonelyBrace
}
