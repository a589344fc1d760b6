import WeChat

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
    /// `firing` while any of the alerts fires, else `resolved`; `summary` in a summary.
    case status
    /// The same in three Chinese characters, for fields of the kind `phrase`, which hold nothing else.
    case statusInChinese = "status_zh"
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
    case runbookURL = "runbook_url"
    /// Alertmanager's receiver.
    case receiver
    /// Alertmanager's own address.
    case externalURL
    /// When the oldest of them began, by the clock of Shanghai.
    case startsAt
    /// A line for each alert, as many as fit.
    case alerts
}

/// What is wrong with a text that has placeholders.
public enum AlertTemplateProblem: Error, Equatable, Sendable {
    /// No placeholder has this name.
    case unknown(String)
    /// A `{` without `}`, or a `}` without `{`.
    case lonelyBrace
}

/// A sink on WeChat: one message for each recipient.
public struct AlertMessageConfiguration: Equatable, Sendable {
    /// What kind of message. The raw values are the sinks' types in the configuration.
    public enum Kind: String, CaseIterable, Sendable {
        case template
        /// A service account's subscription notice.
        case subscribe
        /// A customer-service text, which WeChat takes for 48 hours after its reader wrote to the account.
        case custom
    }

    /// The app's name.
    public var app: String
    /// Which of WeChat's messages it is.
    public var kind: Kind
    /// Openids.
    public var recipients: [String]
    /// The template's id; empty for `custom`.
    public var templateID = ""
    /// What a tap opens: `url` of a template message, `page` of a subscription notice.
    public var link: AlertTemplate?
    /// The template's variables; empty for `custom`.
    public var fields: [AlertField] = []
    /// The text of a `custom` message.
    public var text = AlertTemplate.standard

    /// Without link and fields; a text is the standard one.
    public init(app: String, kind: Kind, recipients: [String]) {
        self.app = app
        self.kind = kind
        self.recipients = recipients
    }

    var type: MessageType {
        switch kind {
        case .template: .template
        case .subscribe: .subscribe
        case .custom: .custom
        }
    }
}
