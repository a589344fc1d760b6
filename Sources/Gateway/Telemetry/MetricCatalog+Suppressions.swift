import PrometheusMetrics

/// Who is not sent to, because WeChat would refuse it.
extension MetricCatalog {
    static let suppressionCount = MetricDefinition(
        .gauge,
        "weir_suppressions",
        "Recipients that are suppressed, each as often as it is for another reason.",
        labels: ["app"]
    )
    static let suppressed = MetricDefinition(
        .counter,
        "weir_suppressed_total",
        "Messages and relayed calls that were refused without a call to WeChat, by the errcode that is why, or blocked for a receipt.",
        labels: ["app", "reason"]
    )
    static let suppressions = [suppressionCount, suppressed]
}
