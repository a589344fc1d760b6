/// What was said of one alert. A number is the turn at which it was last seen, 0 for never.
struct AlertHistory: Sendable {
    let labels: [String: String]
    /// Whether Prometheus called it firing when it was last asked.
    var isFiring = false
    var fired = 0
    /// Alertmanager's webhook.
    var toldFiring = 0
    var toldResolved = 0
    /// The phone, which does not tell apart alerts of one name and instance.
    var shownFiring = 0
    var shownResolved = 0
}
