import PrometheusMetrics

extension MetricCatalog {
    // MARK: The queue

    static let queueDepth = MetricDefinition(
        .gauge,
        "weir_queue_depth",
        "Messages and calls in the queue, by priority and state (ready, scheduled, retrying, in_flight).",
        labels: ["priority", "state"]
    )
    static let appQueueDepth = MetricDefinition(
        .gauge,
        "weir_app_queue_depth",
        "The same by app; only what is not 0.",
        labels: ["app", "priority", "state"]
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
    static let appOldestUnsent = MetricDefinition(
        .gauge,
        "weir_app_oldest_unsent_timestamp_seconds",
        "Since when the oldest message of an app's clients is due (accepted, or its not_before) that is not sent; while there is one.",
        labels: ["app", "priority"]
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
        "1 while work of an app's api waits for this reason, and while its quota is used up, whether work waits or not.",
        labels: ["app", "api", "reason"]
    )
    static let withoutApp = MetricDefinition(
        .gauge,
        "weir_messages_without_app",
        "Messages that wait for an app or a sink that is not configured any more."
    )
    static let queue = [
        queueDepth, appQueueDepth, queueCapacity, queueOldest, appOldestUnsent, queueWait, laneBlocked, withoutApp,
    ]

    // MARK: Messages

    static let messagesAccepted = MetricDefinition(
        .counter,
        "weir_messages_accepted_total",
        "Messages that were accepted, by who wants them sent: a client, or Weir itself about alerts.",
        labels: ["app", "type", "priority", "source"]
    )
    static let messagesRefused = MetricDefinition(
        .counter,
        "weir_messages_refused_total",
        "Messages that were not accepted, by reason.",
        labels: ["reason"]
    )
    static let messagesEnded = MetricDefinition(
        .counter,
        "weir_messages_ended_total",
        "Messages that ended, by the state they ended in and who wanted them sent.",
        labels: ["app", "type", "priority", "state", "source"]
    )
    static let messageDuration = MetricDefinition(
        .histogram,
        "weir_message_send_duration_seconds",
        "Time from acceptance (or not_before) until WeChat took the message.",
        labels: ["type", "priority"],
        buckets: waits
    )
    static let ambiguous = MetricDefinition(
        .counter,
        "weir_ambiguous_total",
        "Messages in doubt that ended, by what became of the doubt: repeated, probably_delivered or none.",
        labels: ["app", "resolution"]
    )
    static let events = MetricDefinition(
        .counter,
        "weir_events_total",
        "Signed events that came in, by what became of them.",
        labels: ["result"]
    )
    static let messages = [messagesAccepted, messagesRefused, messagesEnded, messageDuration, ambiguous, events]

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
}
