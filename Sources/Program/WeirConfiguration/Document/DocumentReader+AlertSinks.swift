import Resilience
import Weir

extension DocumentReader {
    /// Openids of one sink, and people whom a robot mentions.
    static let recipientLimit = 100
    /// Variables of a template.
    static let fieldLimit = 20
    /// Characters of a text with placeholders.
    static let templateLimit = 4096

    private static let emptySinks: [(name: String, value: AlertSinkConfiguration)] =
        (AlertMessageConfiguration.Kind.allCases.map(AlertSinkConfiguration.empty)
        + RobotConfiguration.Kind.allCases.map(AlertSinkConfiguration.empty)).map { ($0.type, $0) }

    /// A sink; nil, with a problem, if nobody knows of what type.
    mutating func sink(_ field: Field) -> AlertSinkConfiguration? {
        let section = section(field, ConfigurationKey.AlertSink.self)
        guard field.isMapping else { return nil }
        let type = section[.type]
        if type == nil { report(at: field.keyPosition, field.path, "needs type") }
        guard var sink = choice(type, of: Self.emptySinks) else { return nil }
        let onlyApp = configuration.apps.count == 1 ? configuration.apps.keys.first : nil
        if let onlyApp { sink.message?.app = onlyApp }
        for key in ConfigurationKey.AlertSink.allCases {
            guard key.isRequired(by: sink.type), key.types.contains(sink.type), section[key] == nil else { continue }
            if key == .app, onlyApp != nil { continue }
            report(at: field.keyPosition, field.path, "needs \(key.rawValue)")
        }
        read(section, into: &sink)
        checkMentions(section, of: sink)
        checkAudience(section, of: sink)
        return sink
    }

    /// A key that such a sink does not have.
    mutating func reportStray(_ field: Field, in sink: AlertSinkConfiguration) {
        let known = ConfigurationKey.AlertSink.allCases
            .filter { ![.type, .language, .rate].contains($0) && $0.types.contains(sink.type) }
            .map { "`\($0.rawValue)`" }.joined(separator: ", ")
        report(at: field.keyPosition, field.path, "does not belong to such a sink, which has \(known)")
    }

    /// The apps' names, for a choice among them.
    var appNames: [(name: String, value: String)] {
        configuration.apps.keys.sorted().map { ($0, $0) }
    }

    mutating func fields(_ field: Field) -> [AlertField] {
        let entries = entries(field)
        if entries.isEmpty, field.isMapping { report(field, "names no variable of the template") }
        if entries.count > Self.fieldLimit {
            report(field, "has \(entries.count) variables; at most \(Self.fieldLimit) are allowed")
            return []
        }
        var fields: [AlertField] = []
        for entry in entries {
            let child = child(entry, of: field)
            checkVariable(entry, at: child)
            if let value = template(child) { fields.append(AlertField(name: entry.key, value: value)) }
        }
        return fields
    }

    /// The name of a variable of WeChat's templates.
    mutating func checkVariable(_ entry: YAMLNode.Entry, at child: Field) {
        let isName = (1...64).contains(entry.key.utf8.count) && entry.key.unicodeScalars.allSatisfy(\.isAliasName)
        if !isName { report(at: entry.position, child.path, "not a variable's name: write such as thing1") }
    }

    /// A text with placeholders.
    mutating func template(_ field: Field) -> AlertTemplate? {
        guard let scalar = scalar(field) else { return nil }
        guard scalar.text.unicodeScalars.count <= Self.templateLimit else {
            report(scalar.field, "has more than \(Self.templateLimit) characters")
            return nil
        }
        do throws(AlertTemplateProblem) {
            return try AlertTemplate(scalar.text)
        } catch {
            switch error {
            case .lonelyBrace:
                report(scalar.field, "a brace without its other half; write `{{` or `}}` for the brace itself")
            case .unknown(let name):
                let known = AlertValueName.allCases.map(\.rawValue)
                let near = EditDistance.suggestion(for: name, among: known + ["label.NAME", "annotation.NAME"])
                let hint = near.map { "did you mean `{\($0)}`?" } ?? "write such as `{alertname}` or `{label.team}`"
                report(scalar.field, "`{\(name.brief)}` is no placeholder; \(hint)")
            }
            return nil
        }
    }

    /// A list of short texts, each once.
    mutating func texts(_ field: Field, what: String, mayBeEmpty: Bool = true) -> [String] {
        guard let items = list(field, atMost: Self.recipientLimit, example: "[a, b]") else { return [] }
        if items.isEmpty, !mayBeEmpty { report(field, "names nobody") }
        var texts: [String] = []
        for item in items {
            guard let text = scalar(item) else { continue }
            let isPlain = text.text.unicodeScalars.allSatisfy { (0x21...0x7E).contains($0.value) }
            if !isPlain || text.text.utf8.count > 128 {
                report(item, "not \(what == "openid" ? "an" : "a") \(what)")
            } else if texts.contains(text.text) {
                report(item, "the same \(what) again")
            } else {
                // Every openid that was seen is so; no page of WeChat promises it.
                if what == "openid", text.text.utf8.count != 28 || !text.text.hasPrefix("o") {
                    warn(at: item.position, item.path, "hardly an openid, which has 28 characters and begins with o")
                }
                texts.append(text.text)
            }
        }
        return texts
    }
}

extension AlertSinkConfiguration {
    /// Without values, for its keys to be read into.
    static func empty(_ kind: AlertMessageConfiguration.Kind) -> Self {
        Self(.wechat(AlertMessageConfiguration(app: "", kind: kind, recipients: [])))
    }

    static func empty(_ kind: RobotConfiguration.Kind) -> Self {
        Self(.robot(AlertRobotConfiguration(RobotConfiguration(kind: kind, key: ""))))
    }
}
