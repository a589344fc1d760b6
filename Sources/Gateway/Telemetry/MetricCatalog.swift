import PrometheusMetrics

/// Every metric that Weir exports, once. Alerts, dashboards and docs are held against it by a test.
public enum MetricCatalog {
    /// All of them, in the order of the documentation.
    public static let all: [MetricDefinition] =
        http + upstream + limiting + quotas + breakers + retries + queue + messages + receipts + suppressions
        + deliveries + operations + promises + clients + budgets + usage
        + capacity
        + alerts + journal + tokens + process

    // MARK: Requests in

    static let httpRequests = MetricDefinition(
        .counter,
        "weir_http_requests_total",
        "Requests answered, by listener route and HTTP status.",
        labels: ["route", "method", "status"]
    )
    static let httpDuration = MetricDefinition(
        .histogram,
        "weir_http_request_duration_seconds",
        "Time from a request's head to its answer, by route; those that asked to wait for a message's end apart.",
        labels: ["route"],
        buckets: requests
    )
    static let relayRefusals = MetricDefinition(
        .counter,
        "weir_relay_refusals_total",
        "Relayed calls that Weir answered itself, by app (- where none is known), its errcode (990001 and on) and why.",
        labels: ["app", "errcode", "reason"]
    )
    static let relayForeignTokens = MetricDefinition(
        .counter,
        "weir_relay_foreign_tokens_total",
        "Relayed calls whose access_token was not one of Weir's."
    )
    static let relayWaiting = MetricDefinition(
        .gauge,
        "weir_relay_calls",
        "Relayed calls that wait now, without those on their way to WeChat."
    )
    static let http = [httpRequests, httpDuration, relayRefusals, relayForeignTokens, relayWaiting]

    // MARK: The upstream

    static let upstreamRequests = MetricDefinition(
        .counter,
        "weir_upstream_requests_total",
        "Attempts that ended, by app, api and outcome.",
        labels: ["app", "api", "outcome"]
    )
    static let upstreamDuration = MetricDefinition(
        .histogram,
        "weir_upstream_request_duration_seconds",
        "Time from an attempt's start to its end.",
        labels: ["app", "api"],
        buckets: attempts
    )
    static let upstreamErrcodes = MetricDefinition(
        .counter,
        "weir_upstream_errcodes_total",
        "Answers of WeChat with an errcode other than 0.",
        labels: ["app", "api", "errcode"]
    )
    static let appDetours = MetricDefinition(
        .gauge,
        "weir_app_detours",
        "Of an app with several hosts: groups of apis whose calls go to another than the first.",
        labels: ["app"]
    )
    static let upstreamInFlight = MetricDefinition(
        .gauge,
        "weir_upstream_in_flight",
        "Attempts in flight now."
    )
    static let upstream = [upstreamRequests, upstreamDuration, upstreamErrcodes, upstreamInFlight, appDetours]

    // MARK: The limiter

    static let limiterPermits = MetricDefinition(
        .counter,
        "weir_limiter_permits_total",
        "Permits that attempts took.",
        labels: ["app", "api"]
    )
    static let limiterWaits = MetricDefinition(
        .counter,
        "weir_limiter_waits_total",
        "Times the limiter made ready work wait.",
        labels: ["app", "api"]
    )
    static let limiterRejections = MetricDefinition(
        .counter,
        "weir_limiter_rejections_total",
        "Relayed calls whose deadline passed while they waited for a permit.",
        labels: ["app", "api"]
    )
    static let limiterAvailable = MetricDefinition(
        .gauge,
        "weir_limiter_available_permits",
        "Permits free now.",
        labels: ["app", "api"]
    )
    static let clientRejections = MetricDefinition(
        .counter,
        "weir_client_rejections_total",
        "Calls and messages refused because their client was over its rate.",
        labels: ["client"]
    )
    static let limiting = [limiterPermits, limiterWaits, limiterRejections, limiterAvailable, clientRejections]

    // MARK: Breakers

    static let breakerState = MetricDefinition(
        .gauge,
        "weir_breaker_state",
        "1 for the state that a breaker is in, 0 for the others.",
        labels: ["breaker", "state"]
    )
    static let breakerTransitions = MetricDefinition(
        .counter,
        "weir_breaker_transitions_total",
        "Moves of a breaker, by the state moved into.",
        labels: ["breaker", "to"]
    )
    static let breakerOpenSeconds = MetricDefinition(
        .counter,
        "weir_breaker_open_seconds_total",
        "Time that a breaker was not closed.",
        labels: ["breaker"]
    )
    static let breakers = [breakerState, breakerTransitions, breakerOpenSeconds]

    // MARK: Retries

    static let retriesScheduled = MetricDefinition(
        .counter,
        "weir_retries_total",
        "Repeats scheduled, by retry class and kind (fast, ladder, token).",
        labels: ["class", "kind"]
    )
    static let retryBudget = MetricDefinition(
        .gauge,
        "weir_retry_budget_balance",
        "Repeats that an app may schedule now.",
        labels: ["app"]
    )
    static let retries = [retriesScheduled, retryBudget]

    // MARK: Buckets

    /// For the disk: 1 ms to 10 s.
    static let latency: Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// For waiting, which may take from nothing to a day. The upper edges are what the alerts promise: a first attempt of urgent and high
    /// within 30 s, and at most 1, 5 and 30 minutes and 4 hours in the queue from urgent to low.
    /// Above 1 s no edge is much more than twice the one before, so that a quantile errs by no more than that.
    static let waits: Buckets = [
        0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800,
        57_600, 86_400,
    ]

    /// For answers that people and SDKs wait for: 1 ms to 300 s, the longest that a caller may ask for, with an edge at the SDKs' 5 s.
    static let requests: Buckets = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60, 120, 300,
    ]

    /// For WeChat's answers. There is a histogram for each app and api, so it has no more edges than it needs.
    static let attempts: Buckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
}
