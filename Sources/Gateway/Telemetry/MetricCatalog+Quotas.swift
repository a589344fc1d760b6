import PrometheusMetrics

/// What WeChat allows an app a day, and how long it lasts.
extension MetricCatalog {
    static let quotaLimit = MetricDefinition(
        .gauge,
        "weir_quota_limit",
        "Calls that WeChat allows an app's api a day, where that is known.",
        labels: ["app", "api"]
    )
    static let quotaUsed = MetricDefinition(
        .gauge,
        "weir_quota_used",
        "Calls of an app's api since midnight in Shanghai: Weir counts them, and WeChat's answer sets it right.",
        labels: ["app", "api"]
    )
    static let quotaExhaustion = MetricDefinition(
        .gauge,
        "weir_quota_exhaustion_seconds",
        "Seconds until the day's quota is used up at the present rate, 0 when it is; only while that is before midnight in Shanghai.",
        labels: ["app", "api"]
    )
    static let quotas = [quotaLimit, quotaUsed, quotaExhaustion]
}
