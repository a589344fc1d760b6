import Resilience
import Weir

extension DocumentReader {
    /// Robots of one group: more would not be read any more.
    static let robotLimit = 10
    /// Values of a webhook's body, and how deep they may lie.
    static let bodyLimit = (values: 200, depth: 16)

    // MARK: Robots

    /// What the robots' addresses end with, after the name of that parameter: one, or a list for a pool.
    mutating func robotKeys(_ field: Field, _ parameter: String) -> [String] {
        let fields = several(field)
        if fields.isEmpty, field.isList { report(field, "names no robot") }
        var keys: [String] = []
        for field in fields {
            guard let key = secret(field) else { continue }
            if key.contains(where: { "/?&=".contains($0) }) {
                let part = parameter == "token" ? "`/hook/`" : "`\(parameter)=`"
                report(field, "looks like an address: write only what follows \(part) in it")
            } else if keys.contains(key) {
                report(field, "the same robot again")
            }
            keys.append(key)
        }
        return keys
    }

    /// The robots' secrets, in the order of their keys.
    mutating func robotSecrets(_ field: Field, of count: Int) -> [String] {
        let fields = several(field)
        if fields.count != count {
            report(
                field,
                "has \(fields.count) secrets for \(count) robots: each needs its own, in the order of their keys"
            )
        }
        return fields.compactMap { secret($0) }
    }

    /// A value, or the items of a list.
    private mutating func several(_ field: Field) -> [Field] {
        field.isList ? list(field, atMost: Self.robotLimit, example: "[a, b]") ?? [] : [field]
    }

    /// A rate with a burst of as many as its unit of time has, and for a robot never more in any minute than its vendor takes.
    mutating func alertRate(_ field: Field, of kind: RobotConfiguration.Kind?) -> RateLimit? {
        guard var limit = rate(field) else { return nil }
        limit.burst = min(limit.permits, 1000)
        guard let most = kind?.vendorLimit else { return limit }
        let perMinute = (Double(limit.permits) * (Duration.seconds(60) / limit.per)).rounded(.up)
        let room = most - Int(min(perMinute, 1000))
        guard room >= 1 else {
            report(field, "too fast: a robot takes \(most) in a minute, bursts included")
            return nil
        }
        limit.burst = min(limit.burst, room)
        return limit
    }

    /// People whom the robot can't mention in the way that it writes.
    mutating func checkMentions(_ section: Section<ConfigurationKey.AlertSink>, of sink: AlertSinkConfiguration) {
        guard let group = sink.group, group.robot.kind == .wecom, group.format == .markdown else { return }
        if let field = section[.mentionedMobiles] {
            report(field, "WeCom's markdown mentions nobody by number: use `mentioned`, or `format: text`")
        }
        if let field = section[.mentioned], group.mentioned.contains("@all") {
            report(field, "WeCom's markdown can't mention everybody: name users, or use `format: text`")
        }
    }

    // MARK: Webhooks

    /// An address with its path and query, which may hold secrets: never shown.
    mutating func address(_ field: Field) -> (origin: String, target: String)? {
        guard let text = secret(field) else { return nil }
        let start = text.firstRange(of: "://")?.upperBound ?? text.endIndex
        let pathStart = text[start...].firstIndex { "/?#".contains($0) } ?? text.endIndex
        let target = text[pathStart...]
        let isTarget = target.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"#\\\"<>^`{|}".utf8.contains($0) }
        guard isTarget, let origin = try? OriginText(String(text[..<pathStart]), schemes: ["https", "http"]) else {
            report(field, "not an address; write such as https://host/path, without user or fragment")
            return nil
        }
        guard origin.scheme == "https" || origin.isLoopback else {
            report(field, "plain http is allowed to loopback addresses only: write https, or 127.0.0.1")
            return nil
        }
        return (origin.text, target.hasPrefix("/") ? String(target) : "/" + target)
    }

    /// A webhook's body: what JSON is to come of what stands there.
    mutating func alertJSON(_ field: Field) -> AlertJSON? {
        guard field.node.size <= Self.bodyLimit.values, field.node.height <= Self.bodyLimit.depth else {
            report(
                field,
                "has more than \(Self.bodyLimit.values) values, or lie more than \(Self.bodyLimit.depth) deep"
            )
            return nil
        }
        return json(field)
    }

    private mutating func json(_ field: Field) -> AlertJSON? {
        switch field.node.content {
        case .invalid: return nil
        case .scalar(let text, let isPlain):
            if isPlain, let literal = Self.literal(text) { return .literal(literal) }
            return template(field).map { .text($0) }
        case .sequence:
            let items = list(field, atMost: Self.bodyLimit.values, example: "[a, b]") ?? []
            return .list(items.compactMap { json($0) })
        case .mapping:
            var members: [AlertJSON.Member] = []
            for entry in entries(field) {
                guard let value = json(child(entry, of: field)) else { continue }
                members.append(AlertJSON.Member(name: entry.key, value: value))
            }
            return .object(members)
        }
    }

    /// What JSON writes without quotes.
    private static func literal(_ text: String) -> String? {
        switch text {
        case "true", "false", "null": return text
        case "", "~": return "null"
        default: break
        }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        let isNumber =
            1...2 ~= parts.count
            && parts.allSatisfy { 1...15 ~= $0.utf8.count && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
            && (parts[0] == "0" || !parts[0].hasPrefix("0"))
        return isNumber ? text : nil
    }
}
