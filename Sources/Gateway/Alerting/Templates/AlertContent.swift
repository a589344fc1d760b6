import Timekeeping

/// What a message is about: one notification, or the summary of several.
enum AlertContent: Equatable, Sendable {
    case notification(AlertNotification)
    case summary(AlertTally)

    /// Lines of the list of alerts at most.
    static let longestList = 20
    /// Different values of a label that are shown where the alerts of a notification don't share it.
    static let mostValues = 3

    /// When the oldest of its alerts began.
    var startsAt: Timestamp? {
        switch self {
        case .notification(let notification): notification.alerts.compactMap(\.startsAt).min()
        case .summary(let tally): tally.startsAt
        }
    }

    /// What a placeholder shows, in at most `room` bytes where it is the list of alerts.
    func value(_ placeholder: AlertTemplate.Placeholder, room: Int) -> String {
        switch self {
        case .notification(let notification): notification.value(placeholder, room: room)
        case .summary(let tally): tally.value(placeholder)
        }
    }
}

extension AlertNotification {
    fileprivate func value(_ placeholder: AlertTemplate.Placeholder, room: Int) -> String {
        switch placeholder {
        case .label(let name): shared { $0.labels[name] }
        case .annotation(let name): shared { $0.annotations[name] }
        case .value(let value): self.value(value, room: room)
        }
    }

    private func value(_ value: AlertValueName, room: Int) -> String {
        switch value {
        case .status: isFiring ? "firing" : "resolved"
        case .statusInChinese: isFiring ? "告警中" : "已恢复"
        case .count: "\(alerts.count)"
        case .firing: "\(alerts.count { $0.isFiring })"
        case .resolved: "\(alerts.count { !$0.isFiring })"
        case .alertname: shared { $0.labels["alertname"] }
        case .severity: shared { $0.labels["severity"] }
        case .summary: shared { $0.annotations["summary"] }
        case .description: shared { $0.annotations["description"] }
        case .runbookURL: shared { $0.annotations["runbook_url"] }
        case .receiver: AlertText.plain(receiver)
        case .externalURL: AlertText.plain(externalURL)
        case .startsAt: AlertContent.notification(self).startsAt.map(AlertText.time) ?? ""
        case .alerts: list(room: room)
        }
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

    /// A line for each alert, critical and firing ones first, and how many there are beside those that fit.
    private func list(room: Int) -> String {
        let first = alerts.filter { $0.isCritical && $0.isFiring }
        let ordered = [first, alerts.filter { !($0.isCritical && $0.isFiring) }].joined()
        var lines: [String] = []
        var used = 0
        for alert in ordered.prefix(AlertContent.longestList) {
            let line = AlertText.cut(line(alert), characters: 160)
            // "and 12345 more" must fit as well.
            guard used + line.utf8.count + 40 <= room || lines.isEmpty else { break }
            used += line.utf8.count + 1
            lines.append(line)
        }
        let rest = alerts.count - lines.count
        if rest > 0 { lines.append("and \(rest) more") }
        if truncated > 0 { lines.append("(\(truncated) left out by Alertmanager)") }
        return lines.joined(separator: "\n")
    }

    private func line(_ alert: AlertItem) -> String {
        let severity = alert.labels["severity"].map { "\(AlertText.plain($0)) " } ?? ""
        let place = alert.labels["instance"].map { " \(AlertText.plain($0))" } ?? ""
        let text = alert.annotations["summary"] ?? alert.annotations["description"]
        let summary = text.map { ": \(AlertText.plain($0))" } ?? ""
        return "\(alert.isFiring ? "✗" : "✓") \(severity)\(AlertText.plain(alert.name))\(place)\(summary)"
    }
}
