import Timekeeping

/// Several notifications in one: how many of what.
struct AlertTally: Equatable, Sendable {
    struct Name: Equatable, Sendable {
        var count = 0
        var isCritical = false
    }

    /// Different names that are counted one by one.
    static let nameLimit = 100
    /// Names that are shown.
    static let shownNames = 10
    /// Characters of a name.
    static let nameLength = 60

    private(set) var firing = 0
    private(set) var resolved = 0
    private(set) var names: [String: Name] = [:]
    /// Occurrences of names beyond ``nameLimit``.
    private(set) var otherNames = 0
    private(set) var severities: [String] = []
    private(set) var receiver = ""
    private(set) var externalURL = ""
    private(set) var startsAt: Timestamp?

    var count: Int { firing + resolved }

    /// Counts one more.
    mutating func add(_ notification: AlertNotification) {
        if notification.isFiring { firing += 1 } else { resolved += 1 }
        receiver = notification.receiver
        externalURL = notification.externalURL
        startsAt = (notification.alerts.compactMap(\.startsAt) + [startsAt].compactMap { $0 }).min()
        var ofThisOne: [String: Bool] = [:]
        for alert in notification.alerts {
            let name = AlertText.cut(AlertText.plain(alert.name), characters: AlertTally.nameLength)
            ofThisOne[name] = ofThisOne[name] ?? false || alert.isCritical
            add(severity: alert)
        }
        for (name, isCritical) in ofThisOne.sorted(by: { ($0.value ? 0 : 1, $0.key) < ($1.value ? 0 : 1, $1.key) }) {
            guard names[name] != nil || names.count < AlertTally.nameLimit else {
                otherNames += 1
                continue
            }
            names[name, default: Name()].count += 1
            if isCritical { names[name]?.isCritical = true }
        }
    }

    private mutating func add(severity alert: AlertItem) {
        guard let text = alert.labels["severity"], !text.isEmpty, severities.count < 5 else { return }
        let severity = AlertText.cut(AlertText.plain(text), characters: 20)
        guard !severities.contains(severity) else { return }
        if alert.isCritical { severities.insert(severity, at: 0) } else { severities.append(severity) }
    }

    /// Critical ones first, then the most frequent.
    private var ordered: [(key: String, value: Name)] {
        names.sorted { left, right in
            (left.value.isCritical ? 0 : 1, -left.value.count, left.key)
                < (right.value.isCritical ? 0 : 1, -right.value.count, right.key)
        }
    }

    /// The name that comes first.
    var first: String { ordered.first?.key ?? "" }

    /// `WeirDown ×4, DiskFull ×1 and 3 more`.
    func nameList(_ words: AlertWords) -> String {
        let shown = ordered.prefix(AlertTally.shownNames).map { "\($0.key) ×\($0.value.count)" }
        let rest = names.count - shown.count + otherNames
        return shown.joined(separator: words.comma) + (rest > 0 ? " " + words.more(rest) : "")
    }

    /// How many of what kind.
    func title(_ words: AlertWords) -> String {
        words.notifications(count, firing: firing, resolved: resolved)
    }

    /// One line.
    func summary(_ words: AlertWords) -> String {
        "\(title(words)); \(nameList(words))"
    }

    /// The annotations of the shipped rules that say what is wrong.
    static let texts: Set = ["summary", "summary_zh", "description", "description_zh", "phone", "phone_zh"]

    /// What stands in the place of the list of alerts: what the text around it doesn't say.
    func list(_ style: AlertList.Style, saysTitle: Bool) -> String {
        if saysTitle { return nameList(style.words) }
        return style.saysName ? title(style.words) : summary(style.words)
    }

    /// What a placeholder shows in a summary; nothing where it speaks of one alert, but the summary where that is what it asks for.
    func value(_ placeholder: AlertTemplate.Placeholder, _ words: AlertWords) -> String {
        switch placeholder {
        case .value(let value): self.value(value, words)
        case .annotation(let name) where AlertTally.texts.contains(name): summary(words)
        case .label("alertname"): nameList(words)
        case .label("severity"): value(.severity, words)
        case .label, .annotation: ""
        }
    }

    private func value(_ value: AlertValueName, _ words: AlertWords) -> String {
        switch value {
        case .status: words.summary
        case .statusInChinese: AlertWords(language: .chinese).summary
        case .title: title(words)
        case .count: "\(count)"
        case .firing: "\(firing)"
        case .resolved: "\(resolved)"
        case .alertname: nameList(words)
        case .severity: severities.joined(separator: ", ")
        case .summary, .description, .phone: summary(words)
        case .runbookURL, .silenceURL, .part, .links, .alerts: ""
        case .receiver: AlertText.plain(receiver)
        case .externalURL: AlertText.plain(externalURL)
        case .startsAt: startsAt.map(AlertText.time) ?? ""
        }
    }
}
