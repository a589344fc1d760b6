import Crypto

/// Those alerts of a group that go to one sink.
struct AlertNotification: Equatable, Sendable {
    var sink: String
    var groupKey: String
    var receiver: String
    var externalURL: String
    /// Alerts that Alertmanager left out of the group.
    var truncated: Int
    /// At least one, in Alertmanager's order.
    var alerts: [AlertItem]

    /// Whether any of the alerts fires.
    var isFiring: Bool { alerts.contains(where: \.isFiring) }

    /// Tells this notification from every other: two with the same group, alerts, beginnings and states are one.
    var digest: [UInt8] {
        var hash = SHA256()
        hash.add(sink)
        hash.add(groupKey)
        hash.add(isFiring ? "firing" : "resolved")
        let facts = alerts.map { alert in
            let labels = alert.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let identity = alert.fingerprint.isEmpty ? labels.joined(separator: "\n") : alert.fingerprint
            return "\(alert.isFiring)\n\(alert.startsAtText)\n\(identity)"
        }
        for fact in Set(facts).sorted() { hash.add(fact) }
        return Array(hash.finalize())
    }
}
