import PrometheusMetrics

/// Every metric that Weir exports, once. Alerts, dashboards and docs are held against it by a test.
public enum MetricCatalog {
    /// All of them, in the order of the documentation.
    public static let all: [MetricDefinition] =
        http + upstream + limiting + breakers + retries + queue + messages + alerts + journal + tokens + process

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
        "Time from a request's head to its answer, by route.",
        labels: ["route"],
        buckets: latency
    )
    static let relayRefusals = MetricDefinition(
        .counter,
        "weir_relay_refusals_total",
        "Relayed calls that Weir answered itself, by its errcode (990001 and on).",
        labels: ["errcode"]
    )
    static let relayForeignTokens = MetricDefinition(
        .counter,
        "weir_relay_foreign_tokens_total",
        "Relayed calls whose access_token was not one of Weir's."
    )
    static let relayWaiting = MetricDefinition(
        .gauge,
        "weir_relay_calls",
        "Relayed calls in Weir now, waiting or in flight."
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
        buckets: latency
    )
    static let upstreamErrcodes = MetricDefinition(
        .counter,
        "weir_upstream_errcodes_total",
        "Answers of WeChat with an errcode other than 0.",
        labels: ["app", "api", "errcode"]
    )
    static let upstreamInFlight = MetricDefinition(
        .gauge,
        "weir_upstream_in_flight",
        "Attempts in flight now."
    )
    static let upstream = [upstreamRequests, upstreamDuration, upstreamErrcodes, upstreamInFlight]

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

    // MARK: The queue

    static let queueDepth = MetricDefinition(
        .gauge,
        "weir_queue_depth",
        "Messages and calls in the queue, by priority and state (ready, scheduled, in_flight).",
        labels: ["priority", "state"]
    )
    static let queueCapacity = MetricDefinition(
        .gauge,
        "weir_queue_capacity",
        "Messages that the queue may hold."
    )
    static let queueOldest = MetricDefinition(
        .gauge,
        "weir_queue_oldest_timestamp_seconds",
        "Since when the longest waiting ready message or call has been ready; 0 when none is.",
        labels: ["priority"]
    )
    static let queueWait = MetricDefinition(
        .histogram,
        "weir_queue_wait_seconds",
        "Time from acceptance (or the due time) to the first attempt.",
        labels: ["priority"],
        buckets: waits
    )
    static let laneBlocked = MetricDefinition(
        .gauge,
        "weir_lane_blocked",
        "1 while work of an app's api waits for this reason.",
        labels: ["app", "api", "reason"]
    )
    static let queue = [queueDepth, queueCapacity, queueOldest, queueWait, laneBlocked]

    // MARK: Messages

    static let messagesAccepted = MetricDefinition(
        .counter,
        "weir_messages_accepted_total",
        "Messages answered with 202.",
        labels: ["app", "type", "priority"]
    )
    static let messagesRefused = MetricDefinition(
        .counter,
        "weir_messages_refused_total",
        "Messages that were not accepted, by reason.",
        labels: ["reason"]
    )
    static let messagesEnded = MetricDefinition(
        .counter,
        "weir_messages_total",
        "Messages that ended, by app, type, priority and the state they ended in.",
        labels: ["app", "type", "priority", "state"],
        // 140 for each app that uses everything.
        maximumLabelSets: 10_000
    )
    static let messageDuration = MetricDefinition(
        .histogram,
        "weir_message_send_duration_seconds",
        "Time from acceptance (or not_before) until WeChat took the message.",
        labels: ["type", "priority"],
        buckets: waits
    )
    static let messages = [messagesAccepted, messagesRefused, messagesEnded, messageDuration]

    // MARK: Alertmanager's notifications

    static let alertWebhooks = MetricDefinition(
        .counter,
        "weir_alert_webhooks_total",
        "Webhooks of an Alertmanager, by how they were answered.",
        labels: ["result"]
    )
    static let alertNotifications = MetricDefinition(
        .counter,
        "weir_alert_notifications_total",
        "Notifications of alerts by sink: taken, repeated within five minutes, put into a summary, or not stored.",
        labels: ["sink", "result"]
    )
    static let alertDeliveries = MetricDefinition(
        .counter,
        "weir_alert_deliveries_total",
        "Messages about alerts that ended, by sink and the state they ended in.",
        labels: ["sink", "state"]
    )
    static let alerts = [alertWebhooks, alertNotifications, alertDeliveries]

    // MARK: The journal

    static let journalCommits = MetricDefinition(
        .counter,
        "weir_journal_commits_total",
        "Commits that were synced to disk."
    )
    static let journalBatch = MetricDefinition(
        .histogram,
        "weir_journal_commit_writes",
        "Writes that shared a commit.",
        buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
    )
    static let journalDuration = MetricDefinition(
        .histogram,
        "weir_journal_commit_duration_seconds",
        "Time of a commit, its sync included.",
        buckets: latency
    )
    static let journalErrors = MetricDefinition(
        .counter,
        "weir_journal_errors_total",
        "Commits that failed."
    )
    static let journalSize = MetricDefinition(
        .gauge,
        "weir_journal_size_bytes",
        "The journal's files on disk."
    )
    static let journalFree = MetricDefinition(
        .gauge,
        "weir_journal_free_bytes",
        "Room left on the journal's file system."
    )
    static let journalWritable = MetricDefinition(
        .gauge,
        "weir_journal_writable",
        "1 while messages can be accepted, 0 while the journal can't be written."
    )
    static let journal = [
        journalCommits, journalBatch, journalDuration, journalErrors, journalSize, journalFree, journalWritable,
    ]

    // MARK: Tokens and apps

    static let tokenExpiry = MetricDefinition(
        .gauge,
        "weir_token_expiry_timestamp_seconds",
        "When the app's access_token ends; 0 while there is none.",
        labels: ["app"]
    )
    static let tokenRefreshes = MetricDefinition(
        .counter,
        "weir_token_refreshes_total",
        "Requests for an access_token, by result (the outcome).",
        labels: ["app", "outcome"]
    )
    static let tokenRejections = MetricDefinition(
        .counter,
        "weir_token_rejections_total",
        "Calls that WeChat refused because of the app's token.",
        labels: ["app"]
    )
    static let appHeld = MetricDefinition(
        .gauge,
        "weir_app_held",
        "1 while an app's work waits for an operator: credentials or account refused, or paused.",
        labels: ["app", "reason"]
    )
    static let tokens = [tokenExpiry, tokenRefreshes, tokenRejections, appHeld]

    // MARK: The process

    static let configReloads = MetricDefinition(
        .counter,
        "weir_config_reloads_total",
        "Attempts to reload the configuration, by result.",
        labels: ["result"]
    )
    static let configTime = MetricDefinition(
        .gauge,
        "weir_config_last_reload_success_timestamp_seconds",
        "When the configuration in force was loaded."
    )
    static let configValid = MetricDefinition(
        .gauge,
        "weir_config_last_reload_successful",
        "1 if the last load of the configuration was taken, 0 if it was refused and the one before is in force."
    )
    static let labelSetsRefused = MetricDefinition(
        .counter,
        MetricRegistry.refusedLabelSetsName,
        MetricRegistry.refusedLabelSetsHelp,
        labels: ["metric"],
        maximumLabelSets: MetricRegistry.maximumFamilies
    )
    static let traceSpans = MetricDefinition(
        .counter,
        "weir_trace_spans_total",
        "Spans that were to be exported, by what became of them: exported, or why they were dropped.",
        labels: ["result"]
    )
    static let buildInfo = MetricDefinition(
        .gauge,
        "weir_build_info",
        "Always 1; the version is in the label.",
        labels: ["version"]
    )
    package static let processCPU = MetricDefinition(
        .counter,
        "process_cpu_seconds_total",
        "User and system processor time."
    )
    package static let processMemory = MetricDefinition(
        .gauge,
        "process_resident_memory_bytes",
        "Resident memory."
    )
    package static let processVirtual = MetricDefinition(
        .gauge,
        "process_virtual_memory_bytes",
        "Virtual memory."
    )
    package static let processOpenFiles = MetricDefinition(
        .gauge,
        "process_open_fds",
        "Open file descriptors."
    )
    package static let processMaxFiles = MetricDefinition(
        .gauge,
        "process_max_fds",
        "File descriptors that may be open."
    )
    package static let processStart = MetricDefinition(
        .gauge,
        "process_start_time_seconds",
        "When the process began."
    )
    static let process = [
        configReloads, configTime, configValid, traceSpans, buildInfo, labelSetsRefused, processCPU, processMemory, processVirtual,
        processOpenFiles,
        processMaxFiles, processStart,
    ]

    // MARK: Buckets

    /// For answers that people and SDKs wait for: 1 ms to 10 s, with an edge at the SDKs' 5 s.
    static let latency: Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// For waiting, which may take from nothing to a day. The upper edges are what the alerts promise: a first attempt of urgent and high
    /// within 30 s, and at most 1, 5 and 30 minutes and 4 hours in the queue from urgent to low.
    static let waits: Buckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 14_400, 86_400]
}
