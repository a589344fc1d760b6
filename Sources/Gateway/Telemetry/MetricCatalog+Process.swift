import PrometheusMetrics

extension MetricCatalog {
    // MARK: Tokens and apps

    static let tokenExpiry = MetricDefinition(
        .gauge,
        "weir_token_expiry_timestamp_seconds",
        "When the app's access_token ends; 0 while there is none, and while WeChat refuses the one there is.",
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
    static let appFailing = MetricDefinition(
        .gauge,
        "weir_app_failing_since_timestamp_seconds",
        "When the first attempt or token request of an app failed after which none got through to WeChat; 0 while the last one did.",
        labels: ["app"]
    )
    static let ticketExpiry = MetricDefinition(
        .gauge,
        "weir_ticket_expiry_timestamp_seconds",
        "When the ticket that is kept of an app ends, by type; only while one is.",
        labels: ["app", "type"]
    )
    static let tokens = [tokenExpiry, ticketExpiry, tokenRefreshes, tokenRejections, appHeld, appFailing]

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
        labels: ["metric"]
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
        "Always 1; the labels say which build runs: its version, its commit, and the Swift that made it.",
        labels: ["version", "commit", "swift"]
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
        configReloads, configTime, configValid, traceSpans, buildInfo, labelSetsRefused, processCPU, processMemory,
        processVirtual,
        processOpenFiles,
        processMaxFiles, processStart,
    ]
}
