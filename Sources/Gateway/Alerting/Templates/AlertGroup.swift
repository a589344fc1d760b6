/// What a notification's alerts have in common, found with one look at each: there may be ``AlertWebhook/mostAlerts`` of them.
struct AlertGroup: Sendable {
    /// Alerts that are shown one by one at most.
    static let mostShown = AlertContent.longestList * AlertContent.mostParts

    /// Firing ones first, of these the more severe ones, and at most ``mostShown``.
    let first: [AlertItem]
    let count: Int
    let firingCount: Int
    /// Of those that fire, or of all where none does.
    let criticalCount: Int
    /// Alerts that Alertmanager left out.
    let truncated: Int
    /// Labels that all of them have with the same value.
    let labels: [String: String]
    /// By language, what all of them say.
    private let texts: [AlertLanguage: String]

    init(_ notification: AlertNotification) {
        let alerts = notification.alerts
        var ranks: [[AlertItem]] = Array(repeating: [], count: AlertItem.ranks)
        var (firing, critical) = (0, 0)
        var labels = alerts.first?.labels ?? [:]
        var texts: [AlertLanguage: String] = [:]
        for language in AlertLanguage.allCases { texts[language] = alerts.first?.text(AlertWords(language: language)) }
        for alert in alerts {
            if ranks[alert.rank].count < AlertGroup.mostShown { ranks[alert.rank].append(alert) }
            if alert.isFiring { firing += 1 }
            if alert.isCritical, alert.isFiring == notification.isFiring { critical += 1 }
            for (name, value) in labels where alert.labels[name] != value { labels[name] = nil }
            for (language, text) in texts where alert.text(AlertWords(language: language)) != text {
                texts[language] = nil
            }
        }
        first = Array(ranks.joined().prefix(AlertGroup.mostShown))
        count = alerts.count
        firingCount = firing
        criticalCount = critical
        truncated = notification.truncated
        self.labels = labels
        self.texts = texts
    }

    /// What all of them say in a language; nil where they say different things, or nothing.
    func text(_ words: AlertWords) -> String? { texts[words.language] }

    /// What it is about, in a line.
    func title(_ words: AlertWords) -> String {
        guard let name = labels["alertname"] else { return words.alerts(count, critical: criticalCount) }
        return "\(AlertText.plain(name)) (\(count))"
    }
}

extension AlertItem {
    /// How many ``rank``s there are.
    static let ranks = 8

    /// The more urgent, the less.
    var rank: Int {
        (isFiring ? 0 : 4) + severityRank
    }

    private var severityRank: Int {
        if isCritical { return 0 }
        return switch labels["severity"]?.lowercased() {
        case "error", "high", "major", "warning", "warn": 1
        case "info", "information", "low", "minor", "none", "debug": 3
        default: 2
        }
    }

    /// What it says of itself in a sentence.
    func text(_ words: AlertWords) -> String? {
        let names = words.annotations("summary") + words.annotations("description")
        return names.lazy.compactMap { annotations[$0] }.first { !AlertText.isBlank($0) }
    }

    /// What it says where there is little room.
    func phone(_ words: AlertWords) -> String? {
        words.annotations("phone").lazy.compactMap { annotations[$0] }.first { !AlertText.isBlank($0) }
    }
}
