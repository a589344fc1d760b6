import PrometheusMetrics

/// Signed deliveries out.
extension MetricCatalog {
    static let deliveryResults = MetricDefinition(
        .counter,
        "weir_deliveries_total",
        "Deliveries that were taken, given up (dead) or one too many (dropped), and attempts that failed and are repeated.",
        labels: ["kind", "destination", "result"]
    )
    static let deliveriesWaiting = MetricDefinition(
        .gauge,
        "weir_deliveries_waiting",
        "Deliveries that wait or are on their way, by the subscriber or client that is told.",
        labels: ["kind", "destination"]
    )
    static let deliveryFailingSince = MetricDefinition(
        .gauge,
        "weir_delivery_failing_since_timestamp_seconds",
        "When the first attempt failed since a destination took a delivery; 0 where none has.",
        labels: ["kind", "destination"]
    )
    static let deliveries = [deliveryResults, deliveriesWaiting, deliveryFailingSince]
}
