import Timekeeping

/// What a message is about: one notification, or the summary of several.
enum AlertContent: Equatable, Sendable {
    case notification(AlertNotification)
    case summary(AlertTally)

    /// Lines of the list of alerts at most, in one message.
    static let longestList = 20
    /// Messages about one notification at most.
    static let mostParts = 5
    /// Different values of a label that are shown where the alerts of a notification don't share it.
    static let mostValues = 3

    /// When the oldest of its alerts began.
    var startsAt: Timestamp? {
        switch self {
        case .notification(let notification): notification.alerts.compactMap(\.startsAt).min()
        case .summary(let tally): tally.startsAt
        }
    }
}

extension AlertNotification {
    /// What a placeholder shows; nothing for the list of alerts and the number of a part, which depend on the text around them.
    func value(_ placeholder: AlertTemplate.Placeholder, _ group: AlertGroup, _ words: AlertWords) -> String {
        switch placeholder {
        case .label(let name): shared { $0.labels[name] }
        case .annotation(let name): shared { $0.annotations[name] }
        case .value(let value): self.value(value, group, words)
        }
    }

    private func value(_ value: AlertValueName, _ group: AlertGroup, _ words: AlertWords) -> String {
        switch value {
        case .status: words.status(isFiring: isFiring)
        case .statusInChinese: AlertWords(language: .chinese).status(isFiring: isFiring)
        case .title: group.title(words)
        case .count: "\(alerts.count)"
        case .firing: "\(alerts.count { $0.isFiring })"
        case .resolved: "\(alerts.count { !$0.isFiring })"
        case .alertname: shared { $0.labels["alertname"] }
        case .severity: shared { $0.labels["severity"] }
        case .summary: annotation("summary", words)
        case .description: annotation("description", words)
        case .phone: shared { $0.phone(words) ?? $0.text(words) }
        case .runbookURL: shared { $0.annotations["runbook_url"] }
        case .receiver: AlertText.plain(receiver)
        case .externalURL: AlertText.plain(externalURL)
        case .silenceURL: isFiring ? AlertLinks.silence(self, group) ?? "" : ""
        case .startsAt: AlertContent.notification(self).startsAt.map(AlertText.time) ?? ""
        case .alerts, .part, .links: ""
        }
    }

    private func annotation(_ name: String, _ words: AlertWords) -> String {
        let names = words.annotations(name)
        return shared { alert in names.lazy.compactMap { alert.annotations[$0] }.first }
    }

    /// What the alerts have here: one text if they share it, else the first few, those of critical alerts first.
    private func shared(_ value: (AlertItem) -> String?) -> String {
        var critical: [String] = []
        var others: [String] = []
        for alert in alerts {
            guard let text = value(alert).map(AlertText.plain) else { continue }
            if alert.isCritical { critical.append(text) } else { others.append(text) }
        }
        let texts = [critical, others].joined()
        return AlertText.distinct(texts, atMost: AlertContent.mostValues)
    }
}
