import Resilience
import Weir

extension DocumentReader {
    private typealias Key = ConfigurationKey.AlertSink

    /// Openids of one sink, and people whom a robot mentions.
    static let recipientLimit = 100
    /// Variables of a template.
    static let fieldLimit = 20
    /// Characters of a text with placeholders.
    static let templateLimit = 4096

    private static let types: [(name: String, value: SinkType)] = [
        ("template", .message(.template)), ("subscribe", .message(.subscribe)), ("custom", .message(.custom)),
        ("dingtalk", .robot(.dingtalk)), ("wecom", .robot(.wecom)),
    ]

    private enum SinkType {
        case message(AlertMessageConfiguration.Kind)
        case robot(RobotConfiguration.Kind)

        /// The keys that such a sink has beside `type` and `rate`.
        var keys: [Key] {
            switch self {
            case .message(.template): [.app, .to, .templateID, .url, .fields]
            case .message(.subscribe): [.app, .to, .templateID, .page, .fields]
            case .message: [.app, .to, .text]
            case .robot(.dingtalk): [.accessToken, .secret, .url, .text, .atMobiles, .atAll]
            case .robot(.wecom): [.key, .url, .text, .mentioned, .mentionedMobiles]
            }
        }
    }

    /// A sink; nil, with a problem, if it is none.
    mutating func alertSink(_ field: Field) -> AlertSinkConfiguration? {
        let section = section(field, Key.self)
        guard field.isMapping else { return nil }
        if section[.type] == nil { report(at: field.keyPosition, field.path, "needs type") }
        guard let type = choice(section[.type], of: Self.types) else { return nil }
        for key in Key.allCases where key != .type && key != .rate && !type.keys.contains(key) {
            guard let stray = section[key] else { continue }
            let known = type.keys.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            report(at: stray.keyPosition, stray.path, "does not belong to such a sink, which has \(known)")
        }
        switch type {
        case .message(let kind):
            guard let message = message(section, kind: kind, in: field) else { return nil }
            return AlertSinkConfiguration(
                .wechat(message),
                rate: alertRate(section[.rate], isRobot: false) ?? AlertSinkConfiguration.defaultRate
            )
        case .robot(let kind):
            return robot(section, kind: kind, in: field)
        }
    }

    private mutating func need(_ key: Key, in section: Section<Key>, of field: Field) -> Field? {
        if section[key] == nil { report(at: field.keyPosition, field.path, "needs \(key.rawValue)") }
        return section[key]
    }

    private mutating func message(
        _ section: Section<Key>,
        kind: AlertMessageConfiguration.Kind,
        in field: Field
    ) -> AlertMessageConfiguration? {
        let apps = configuration.apps.keys.sorted()
        var app = choice(section[.app], of: apps.map { ($0, $0) })
        if section[.app] == nil {
            if apps.count == 1 { app = apps[0] } else { _ = need(.app, in: section, of: field) }
        }
        let openIDs = texts(need(.to, in: section, of: field), what: "openid")
        var message = AlertMessageConfiguration(app: app ?? "", kind: kind, recipients: openIDs)
        if kind == .custom {
            if let text = template(section[.text]) { message.text = text }
        } else {
            message.templateID = scalar(need(.templateID, in: section, of: field))?.text ?? ""
            message.link = template(kind == .template ? section[.url] : section[.page])
            message.fields = fields(need(.fields, in: section, of: field))
        }
        return message
    }

    private mutating func robot(
        _ section: Section<Key>,
        kind: RobotConfiguration.Kind,
        in field: Field
    ) -> AlertSinkConfiguration {
        let keyField = need(kind == .dingtalk ? .accessToken : .key, in: section, of: field)
        let key = secret(keyField) ?? ""
        if let keyField, key.contains(where: { "/?&=".contains($0) }) {
            report(
                keyField,
                "looks like an address: write only what follows `\(kind == .dingtalk ? "access_token" : "key")=` in it"
            )
        }
        var robot = RobotConfiguration(kind: kind, key: key, secret: secret(section[.secret]))
        if let field = section[.url], let origin = host(field) { robot.origin = origin }
        if let rate = alertRate(section[.rate], isRobot: true) { robot.rate = rate }
        var sink = AlertRobotConfiguration(robot)
        if let text = template(section[.text]) { sink.text = text }
        sink.mentioned = texts(section[.mentioned], what: "user")
        sink.mobiles = texts(kind == .dingtalk ? section[.atMobiles] : section[.mentionedMobiles], what: "number")
        sink.mentionsAll = boolean(section[.atAll]) ?? false
        return AlertSinkConfiguration(.robot(sink), rate: robot.rate)
    }

    /// A rate with a burst of as many as its unit of time has, and for a robot never more than 20 in any minute.
    private mutating func alertRate(_ field: Field?, isRobot: Bool) -> RateLimit? {
        guard let field, var limit = rate(field) else { return nil }
        limit.burst = min(limit.permits, 1000)
        guard isRobot else { return limit }
        let perMinute = (Double(limit.permits) * (Duration.seconds(60) / limit.per)).rounded(.up)
        let room = RobotConfiguration.vendorLimit - Int(min(perMinute, 1000))
        guard room >= 1 else {
            report(field, "too fast: a robot takes \(RobotConfiguration.vendorLimit) in a minute, bursts included")
            return nil
        }
        limit.burst = min(limit.burst, room)
        return limit
    }

    private mutating func fields(_ field: Field?) -> [AlertField] {
        guard let field else { return [] }
        let entries = entries(field)
        if entries.isEmpty, field.isMapping { report(field, "names no variable of the template") }
        if entries.count > Self.fieldLimit {
            report(field, "has \(entries.count) variables; at most \(Self.fieldLimit) are allowed")
            return []
        }
        var fields: [AlertField] = []
        for entry in entries {
            let child = child(entry, of: field)
            let isName = (1...64).contains(entry.key.utf8.count) && entry.key.unicodeScalars.allSatisfy(\.isAliasName)
            if !isName { report(at: entry.position, child.path, "not a variable's name: write such as thing1") }
            if let value = template(child) { fields.append(AlertField(name: entry.key, value: value)) }
        }
        return fields
    }

    /// A text with placeholders.
    private mutating func template(_ field: Field?) -> AlertTemplate? {
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
    private mutating func texts(_ field: Field?, what: String) -> [String] {
        guard let field, let items = list(field, atMost: Self.recipientLimit, example: "[a, b]") else { return [] }
        if items.isEmpty, what == "openid" { report(field, "names nobody") }
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
