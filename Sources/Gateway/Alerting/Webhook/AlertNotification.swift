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

/// Which alerts of a group go where: each by its own labels, so that a critical alert in a mixed group reaches its people.
struct AlertRouter: Equatable, Sendable {
    let routes: [AlertRouteConfiguration]

    init(_ routes: [AlertRouteConfiguration]) {
        self.routes = routes
    }

    /// One notification for each sink that any alert goes to, by the sinks' names.
    func notifications(_ webhook: AlertWebhook) -> [AlertNotification] {
        var bySink: [String: [AlertItem]] = [:]
        for alert in webhook.alerts {
            guard let route = routes.first(where: { $0.matches(alert.labels) }) else { continue }
            for sink in route.sinks { bySink[sink, default: []].append(alert) }
        }
        return bySink.sorted { $0.key < $1.key }.map { sink, alerts in
            AlertNotification(
                sink: sink,
                groupKey: webhook.groupKey,
                receiver: webhook.receiver,
                externalURL: webhook.externalURL,
                truncated: webhook.truncated,
                alerts: alerts
            )
        }
    }
}
