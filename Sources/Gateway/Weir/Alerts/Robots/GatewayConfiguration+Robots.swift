extension GatewayConfiguration {
    /// The robots among the sinks of alerts, by the sink's name.
    var robots: [String: RobotConfiguration] {
        alerts.sinks.compactMapValues(\.robot)
    }
}
