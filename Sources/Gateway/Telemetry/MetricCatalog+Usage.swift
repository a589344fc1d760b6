import PrometheusMetrics

extension MetricCatalog {
    // MARK: Clients

    static let clientCalls = MetricDefinition(
        .counter,
        "weir_client_calls_total",
        "Relayed calls of a client that were answered, by how they went for it.",
        labels: ["client", "app", "result"]
    )
    static let clientDuration = MetricDefinition(
        .histogram,
        "weir_client_call_duration_seconds",
        "Time from the head of a client's relayed call to its answer.",
        labels: ["client"],
        buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
    )
    static let clientMessages = MetricDefinition(
        .counter,
        "weir_client_messages_total",
        "Messages that a client handed over, accepted or refused, and those of its messages that ended, by the state they ended in.",
        labels: ["client", "app", "result"]
    )
    static let clients = [clientCalls, clientDuration, clientMessages]

    // MARK: Where time and repeats go

    static let overhead = MetricDefinition(
        .histogram,
        "weir_overhead_seconds",
        "What Weir adds to a relayed call: own, its own work, and wait, for limiter, breaker, token, queue and repeats.",
        labels: ["part"],
        buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
    )
    static let retryResults = MetricDefinition(
        .counter,
        "weir_retry_results_total",
        "Repeats that ended: recovered, failed with another to come, or given up.",
        labels: ["app", "class", "result"]
    )
    static let usage = [overhead, retryResults]
}
