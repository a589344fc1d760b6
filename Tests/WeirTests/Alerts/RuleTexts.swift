import TestSupport

/// A shipped alert rule with its texts, as `alerts/*.yml` have it.
struct RuleTexts: Sendable, CustomStringConvertible {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    let severity: String
    let expression: String
    let annotations: [String: String]

    var description: String { name }

    private static let files = [
        "journal", "limits", "messages", "notifications", "process", "queue", "quota", "slo", "tokens", "upstream",
    ]

    static func all() throws -> [RuleTexts] {
        try files.flatMap {
            try Checkout.text("alerts/\($0).yml").split(separator: "- alert: ").dropFirst().map(RuleTexts.init)
        }
    }

    private init(_ source: Substring) throws {
        name = String(source.prefix { $0 != "\n" })
        guard let expr = source.firstRange(of: "expr:"), let labels = source.firstRange(of: "        labels:\n"),
            let texts = source.firstRange(of: "        annotations:\n"),
            let severity = source[labels.upperBound...].firstMatch(of: /severity: (\w+)/)
        else {
            throw Problem(description: "\(name) is not written as the others are")
        }
        self.severity = String(severity.output.1)
        expression = String(source[expr.upperBound..<labels.lowerBound])
        var annotations: [String: String] = [:]
        for line in source[texts.upperBound...].split(separator: "\n") {
            guard let match = line.wholeMatch(of: #/ {10}(\w+): (.+)/#) else { break }
            annotations[String(match.output.1)] = RuleTexts.unquoted(String(match.output.2))
        }
        self.annotations = annotations
    }

    private static func unquoted(_ text: String) -> String {
        guard text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        return String(text.dropFirst().dropLast()).replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    }

    // MARK: Labels

    /// Names that a configuration chooses have eight characters, as docs/alerts.md asks for.
    private static let values: [String: [String]] = [
        "app": ["shopping", "payments", "campaign", "servicea"],
        "client": ["checkout", "mailings", "shipping", "billings"],
        "sink": ["oncall-a", "oncall-b", "dingtalk", "managers"],
        "instance": ["weir-001.internal:8081", "weir-002.internal:8081", "weir-003.internal:8081", "10.0.0.104:8081"],
        "api": [
            "/cgi-bin/message/template/send", "/cgi-bin/message/custom/send", "/cgi-bin/message/subscribe/bizsend",
            "/open-apis/bot/v2/hook",
        ],
        "breaker": [
            "shopping~api.weixin.qq.com~message", "payments~api.weixin.qq.com~mass", "campaign~api.weixin.qq.com~token",
            "servicea~api.weixin.qq.com~mini_program",
        ],
        "priority": ["urgent", "normal", "high", "low"], "route": ["relay", "/v1/messages", "/v1/alerts", "other"],
        "cluster": ["shanghai"], "job": ["weir"],
    ]

    /// The labels that its alert has: those that its expression keeps and its texts name.
    private var labelNames: Set<String> {
        var names: Set<String> = ["job"]
        for text in annotations.values {
            for match in text.matches(of: /\$labels\.(\w+)/) { names.insert(String(match.output.1)) }
        }
        for match in expression.matches(of: /by \(([^)]*)\)/) {
            for name in match.output.1.split(separator: ",") { names.insert(name.trimmingPrefix(" ").description) }
        }
        return names.filter { !["le", "alertname"].contains($0) }
    }

    /// What a label may be: what the expression lists, else what such names usually are.
    private func values(of label: String) throws -> [String] {
        let listed = try expression.matches(of: Regex("\\b\(label)=~?\"([^\"]+)\"", as: (Substring, Substring).self))
            .map { String($0.output.1) }
        let usual = RuleTexts.values[label]
        if let usual {
            return try usual.filter { value in
                try listed.isEmpty || listed.contains { try value.wholeMatch(of: Regex($0)) != nil }
            }
        }
        return listed.flatMap { $0.split(separator: "|").map(String.init) }
    }

    /// As many sets of labels as there are of the label that has the most values, at most `most`; they differ in one label.
    func labels(atMost most: Int) throws -> [[String: String]] {
        var all: [String: [String]] = [:]
        for name in labelNames { all[name] = try values(of: name) }
        let widest = all.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        let base = all.compactMapValues(\.first).merging(["alertname": name, "severity": severity]) { $1 }
        guard let widest, widest.value.count > 1 else { return [base] }
        return widest.value.prefix(most).map { value in base.merging([widest.key: value]) { $1 } }
    }

    // MARK: Texts

    /// The texts for these labels, as Prometheus fills them in.
    func texts(for labels: [String: String]) -> [String: String] {
        annotations.mapValues { RuleTexts.filled($0, labels) }
    }

    private static func filled(_ template: String, _ labels: [String: String]) -> String {
        template.replacing(/{{ (.*?) }}/) { match in
            do { return try evaluated(String(match.output.1), labels) } catch { return "?\(error)?" }
        }
    }

    /// A pipeline of a label or the value, and what is done with it.
    private static func evaluated(_ action: String, _ labels: [String: String]) throws -> String {
        var value: String?
        for stage in action.split(separator: " | ") {
            var words = stage.matches(of: /`([^`]*)`|"([^"]*)"|(\S+)/).map { match in
                String(match.output.1 ?? match.output.2 ?? labels.filled(match.output.3 ?? ""))
            }
            if let value { words.append(value) }
            switch words.first {
            case "reReplaceAll" where words.count == 4: value = try replaced(words[3], words[1], words[2])
            case "printf" where words.count == 3: value = words[2]
            case "humanizePercentage": value = "12.35%"
            case "humanizeDuration": value = "2h 46m 39s"
            case "humanize", "humanize1024": value = "123.5k"
            case .some(let word) where words.count == 1: value = word
            default: throw Problem(description: "nobody knows how to fill \(action)")
            }
        }
        return value ?? ""
    }

    private static func replaced(_ text: String, _ pattern: String, _ replacement: String) throws -> String {
        let regex = try Regex(pattern)
        return text.replacing(regex) { match in
            replacement.replacing(/\$(\d)/) { group in
                let number = Int(group.output.1) ?? 0
                return number < match.output.count ? String(match.output[number].substring ?? "") : ""
            }
        }
    }
}

extension [String: String] {
    /// What stands for a word of an action.
    fileprivate func filled(_ word: Substring) -> Substring {
        if word == "$value" { return "1234.5" }
        guard word.hasPrefix("$labels.") else { return word }
        return Substring(self[String(word.dropFirst("$labels.".count))] ?? "")
    }
}
