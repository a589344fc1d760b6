import Timekeeping

/// One alert of a webhook.
struct AlertItem: Equatable, Sendable {
    var isFiring: Bool
    var labels: [String: String]
    var annotations: [String: String]
    /// As Alertmanager writes it: what tells one outbreak of an alert from the next.
    var startsAtText: String
    /// Alertmanager's hash of the labels.
    var fingerprint: String

    var startsAt: Timestamp? { Timestamp(rfc3339: startsAtText) }

    var name: String { labels["alertname"] ?? "" }

    /// Whether its severity is one that wakes people.
    var isCritical: Bool {
        AlertItem.critical.contains(labels["severity"]?.lowercased() ?? "")
    }

    private static let critical: Set<String> = ["critical", "page", "emergency", "disaster", "fatal"]
}
