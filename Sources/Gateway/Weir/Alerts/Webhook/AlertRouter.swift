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
