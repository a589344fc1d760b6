import PrometheusMetrics

/// What users were promised, and how it went.
extension MetricCatalog {
    static let sloMessages = MetricDefinition(
        .counter,
        "weir_slo_messages_total",
        "Clients' messages: good were sent within their priority's promise, bad were not or never will; told once a message.",
        labels: ["app", "priority", "result"],
        // Each of as many apps as may be, by priority and result.
        labelSets: 8 * MetricBound.apps
    )
    static let sloAcceptance = MetricDefinition(
        .counter,
        "weir_slo_acceptance_total",
        "Proper messages that clients posted: good were accepted, bad were refused for Weir's own reasons.",
        labels: ["app", "result"]
    )
    static let sloRelay = MetricDefinition(
        .counter,
        "weir_slo_relay_total",
        "Relayed calls of clients' apps: good got WeChat's answer, whatever it was, bad got none.",
        labels: ["app", "result"]
    )
    static let promises = [sloMessages, sloAcceptance, sloRelay]
}
