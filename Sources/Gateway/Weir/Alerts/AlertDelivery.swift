import WireJSON

/// A notification on its way into the journal.
struct AlertDelivery: Sendable {
    var notification: AlertNotification
    var sink: AlertSinkConfiguration
    /// The notification's.
    var digest: [UInt8]
    var caller: Caller
    var traceparent: String
    var retryClass: String
    var lifetime: Duration

    /// What a message keeps of the notification that brought it, for whoever looks at it.
    func metadata(isSummary: Bool) -> [UInt8] {
        var json = JSONWriter()
        var filling = AlertFilling(.notification(notification))
        let name = filling.field(AlertDelivery.name)
        json.object { json in
            json.member(
                "alert",
                object: { alert in
                    alert.member("sink", notification.sink)
                    alert.member("status", isSummary ? "summary" : notification.isFiring ? "firing" : "resolved")
                    alert.member("alertname", name)
                }
            )
        }
        return json.bytes
    }

    private static let name = AlertField(name: "alertname", value: .alertname)
}
