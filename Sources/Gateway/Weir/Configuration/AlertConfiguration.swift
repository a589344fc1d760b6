/// Where the notifications of an Alertmanager go. Without a sink none are taken.
public struct AlertConfiguration: Equatable, Sendable {
    /// The clients that may post webhooks; nil for any.
    public var clients: [String]?
    /// By name: people and group robots.
    public var sinks: [String: AlertSinkConfiguration] = [:]
    /// In order: for each alert the first that matches. The last one matches every alert.
    public var routes: [AlertRouteConfiguration] = []
    /// The retry class of the messages: one whose retries come soon at first and whose end ``lifetime`` alone decides. `available`
    /// would give up after two hours, which an outage may last.
    public var retryClass = "async"
    /// How long after its acceptance a message may still go out.
    public var lifetime = Duration.seconds(24 * 3600)

    public init() {}

    /// Whether webhooks are taken at all.
    public var isEnabled: Bool { !sinks.isEmpty }
}
