import PrometheusMetrics

/// Limits, beside what of them is used, where that has no place among the rest.
extension MetricCatalog {
    static let inFlightLimit = MetricDefinition(
        .gauge,
        "weir_upstream_in_flight_limit",
        "Attempts that may be in flight: upstream.max_in_flight."
    )
    static let relayLimit = MetricDefinition(
        .gauge,
        "weir_relay_calls_limit",
        "Relayed calls that may wait: relay.max_waiting."
    )
    static let relayBytes = MetricDefinition(
        .gauge,
        "weir_relay_waiting_bytes",
        "Bytes that the bodies of waiting relayed calls take; those of 16 KiB and less take none."
    )
    static let relayBytesLimit = MetricDefinition(
        .gauge,
        "weir_relay_waiting_bytes_limit",
        "Bytes that the bodies of waiting relayed calls may take: relay.max_waiting_bytes."
    )
    package static let bodyBytes = MetricDefinition(
        .gauge,
        "weir_body_bytes",
        "Bytes of bodies in memory, by what they are of.",
        labels: ["pool"]
    )
    package static let bodyBytesLimit = MetricDefinition(
        .gauge,
        "weir_body_bytes_limit",
        "Bytes of bodies that may be in memory, by what they are of.",
        labels: ["pool"]
    )
    static let limiterBurst = MetricDefinition(
        .gauge,
        "weir_limiter_burst_permits",
        "Permits that may be saved up.",
        labels: ["app", "api"]
    )
    static let limiterRate = MetricDefinition(
        .gauge,
        "weir_limiter_rate_permits",
        "Permits that come up in a second.",
        labels: ["app", "api"]
    )
    package static let connections = MetricDefinition(
        .gauge,
        "weir_connections",
        "Connections open now, by listener.",
        labels: ["listener"]
    )
    package static let connectionsLimit = MetricDefinition(
        .gauge,
        "weir_connections_limit",
        "Connections that a listener accepts at once.",
        labels: ["listener"]
    )
    package static let upstreamConnections = MetricDefinition(
        .counter,
        "weir_upstream_connections_total",
        "How requests to WeChat came to a connection: opened, reused, or failed to get one.",
        labels: ["result"]
    )
    static let journalPending = MetricDefinition(
        .gauge,
        "weir_journal_pending_writes",
        "Writes that wait for a commit."
    )
    static let journalPendingLimit = MetricDefinition(
        .gauge,
        "weir_journal_pending_writes_limit",
        "Writes that may wait for a commit before new ones are refused."
    )
    static let journalFileSystem = MetricDefinition(
        .gauge,
        "weir_journal_filesystem_size_bytes",
        "Size of the journal's file system."
    )
    static let capacity = [
        inFlightLimit, relayLimit, relayBytes, relayBytesLimit, bodyBytes, bodyBytesLimit, limiterBurst, limiterRate,
        connections, connectionsLimit, upstreamConnections, journalPending, journalPendingLimit, journalFileSystem,
    ]
}
