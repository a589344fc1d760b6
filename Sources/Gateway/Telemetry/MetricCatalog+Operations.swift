import PrometheusMetrics

/// What operators have done.
extension MetricCatalog {
    static let operationMessages = MetricDefinition(
        .counter,
        "weir_operation_messages_total",
        "Messages that operations have met: done, or skipped as they could not be changed.",
        labels: ["kind", "result"]
    )
    static let operationsLeft = MetricDefinition(
        .gauge,
        "weir_operation_messages_left",
        "Messages that operations which run or are paused have still to meet.",
        labels: ["kind"]
    )
    static let auditRows = MetricDefinition(
        .counter,
        "weir_audit_rows_total",
        "Rows of the audit trail that are on disk (kept), or are in the log alone: could not be written (lost), "
            + "or were refusals beyond the few that leave a row (refused).",
        labels: ["result"]
    )
    static let operations = [operationMessages, operationsLeft, auditRows]
}
