import PrometheusMetrics

/// What WeChat says of messages after it took them.
extension MetricCatalog {
    static let callbacks = MetricDefinition(
        .counter,
        "weir_callbacks_total",
        "Callbacks that were answered, by app (- where the path is nobody's) and what became of them.",
        labels: ["app", "result"]
    )
    static let receiptsTaken = MetricDefinition(
        .counter,
        "weir_receipts_total",
        "Messages whose receipt came, by what it says, or is missing.",
        labels: ["app", "state"]
    )
    static let receiptsLeft = MetricDefinition(
        .counter,
        "weir_receipts_left_total",
        "Receipts that changed no message: another had come first (contradicted), or there was none for it (unmatched).",
        labels: ["app", "result"]
    )
    static let receipts = [callbacks, receiptsTaken, receiptsLeft]
}
