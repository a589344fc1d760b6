"""What the dashboards show. generate.py turns it into Grafana's JSON and into docs/dashboards.md."""

RUNBOOKS = "https://github.com/weir/weir/blob/main/docs/runbooks/"

VARIABLES = {
    "datasource": {"label": "Prometheus"},
    "instance": {"label": "instance", "query": "label_values(weir_build_info, instance)"},
    "app": {"label": "app", "query": "label_values(weir_retry_budget_balance, app)"},
    "api": {"label": "api", "query": 'label_values(weir_limiter_permits_total{app=~"$app"}, api)'},
    "client": {"label": "client", "query": "label_values(weir_client_rejections_total, client)"},
}

# Name, colour, query, title.
ANNOTATIONS = [
    ("Breakers", "red", 'changes(weir_breaker_transitions_total{to="open"}[1m]) > 0', "{{breaker}} opened"),
    ("Reloads", "blue", "changes(weir_config_last_reload_success_timestamp_seconds[1m]) > 0", "configuration loaded"),
    ("Refused reloads", "orange", 'changes(weir_config_reloads_total{result="refused"}[1m]) > 0', "configuration refused"),
    ("Restarts", "purple", 'process_start_time_seconds{job="weir"} > time() - 60', "Weir started"),
]

OK_BAD = [(1, "ok", "green"), (0, "no", "red")]
RED_FROM_ONE = [(1, "red")]


def row(title):
    return {"kind": "row", "title": title}


def panel(title, see, *queries, kind="timeseries", **more):
    """Each query is (expression, legend)."""
    return {"kind": kind, "title": title, "see": see, "queries": queries, **more}


def stat(title, see, query, **more):
    return panel(title, see, (query, ""), kind="stat", **more)


def table(title, see, query, **more):
    return panel(title, see, (query, ""), kind="table", **more)


def share(value, of):
    return f"{value} / ({of} > 0)"


APP = 'app=~"$app"'
APP_API = 'app=~"$app", api=~"$api"'
HERE = 'instance=~"$instance"'
PROCESS = 'job="weir", instance=~"$instance"'

OVERVIEW = {
    "title": "Overview",
    "for": "For whoever is on call: is something wrong, and in which of the other dashboards does it show?",
    "variables": ["app"],
    "panels": [
        row("Now"),
        stat("Instances up", "As many as you run.", 'sum(up{job="weir"})', runbook="process",
             steps=[(0, "red"), (1, "green")]),
        table("Alerts that fire", "Nothing, on a good day.",
              'ALERTS{alertname=~"Weir.+", alertname!="WeirWatchdog", alertstate="firing"}', width=8),
        stat("Sent in time, 1 d", "The worst app's share of messages that ended as sent; the goal is 99.9 %.",
             f"1 - max(app:weir_messages_bad:ratio_rate1d{{{APP}}})", unit="percentunit", runbook="slo",
             steps=[(0, "red"), (0.999, "green")]),
        stat("Breakers not closed", "0.",
             'count(weir_breaker_state{state=~"open|half_open"} == 1) or vector(0)', runbook="upstream", steps=RED_FROM_ONE),
        stat("Apps held", "0; credentials or account refused, or paused.",
             f"sum(max by (app, reason) (weir_app_held{{{APP}}}))", runbook="tokens", steps=RED_FROM_ONE),
        stat("Shortest token", "Between 4 min and 2 h: the time until the first app's access_token ends.",
             f"min(app:weir_token_life_seconds:min{{{APP}}})", unit="s", runbook="tokens",
             steps=[(0, "red"), (240, "green")]),
        stat("Journal writable", "ok.", "min(weir_journal_writable)", runbook="journal", values=OK_BAD,
             steps=[(0, "red"), (1, "green")]),
        stat("Ready work", "Near 0, or what the limiter lets through in a second or two.",
             'sum(weir_queue_depth{state="ready"})', runbook="queue"),
        stat("In flight", "Up to upstream.max_in_flight (256).", "sum(weir_upstream_in_flight)"),
        row("Messages"),
        panel("Accepted and ended", "Both lines together. Ended below accepted for long: the queue grows.",
              (f"sum(rate(weir_messages_accepted_total{{{APP}}}[5m]))", "accepted"),
              (f"sum by (state) (rate(weir_messages_total{{{APP}}}[5m]))", "{{state}}"), unit="cps", runbook="messages"),
        panel("Error budget's burn", "Below 1. 14.4 over an hour or 6 over six hours wakes somebody.",
              *[(f"max(app:weir_messages_bad:ratio_rate{w}{{{APP}}}) / 0.001", w) for w in ("1h", "6h", "1d", "3d")],
              runbook="slo"),
        panel("Queue", "Scheduled may be high (messages for later, retries); ready stays near 0.",
              ("sum by (state) (weir_queue_depth)", "{{state}}"), stack=True, runbook="queue"),
        panel("Oldest waiting", "Seconds for urgent, minutes for high; scheduled messages count as well.",
              ("max by (priority) (priority:weir_queue_age_seconds:max)", "{{priority}}"), unit="s", runbook="queue"),
        panel("Time to WeChat, p99", "From acceptance, or the time asked for, until WeChat took the message.",
              ("max by (priority) (type_priority:weir_message_send_duration_seconds:p99_5m)", "{{priority}}"), unit="s",
              runbook="queue"),
        table("Lanes that wait", "Nothing, or rate_limited in a burst: which app and api waits for what.",
              f"max by (app, api, reason) (weir_lane_blocked{{{APP}}}) == 1", runbook="quota"),
        row("WeChat"),
        panel("Attempts by outcome", "Mostly accepted; some recipient is normal.",
              (f"sum by (outcome) (app_api_outcome:weir_upstream_requests:rate5m{{{APP}}})", "{{outcome}}"), unit="cps",
              stack=True, runbook="upstream"),
        panel("Attempts that failed", "Below 5 %: transient and unknown, which say that WeChat or the way to it is sick.",
              (f"app:weir_upstream_sick:ratio_rate5m{{{APP}}}", "{{app}}"), unit="percentunit", runbook="upstream"),
        panel("Time of an attempt, p99", "Some hundred milliseconds; the breaker calls 3 s slow.",
              (f"max by (api) (app_api:weir_upstream_request_duration_seconds:p99_5m{{{APP}}})", "{{api}}"), unit="s",
              runbook="upstream"),
        row("Requests in"),
        panel("Requests", "By route; relay is all that SDKs call.",
              ("route:weir_http_requests:rate5m", "{{route}}"), unit="reqps", runbook="limits"),
        panel("HTTP 5xx", "0. 503 of a messages route: queue full or journal not writable.",
              ("route:weir_http_errors:ratio_rate5m", "{{route}}"), unit="percentunit", runbook="limits"),
        panel("Time of a request, p99", "relay near WeChat's own time and below 4.5 s, /v1/messages near the journal's.",
              ("route:weir_http_request_duration_seconds:p99_5m", "{{route}}"), unit="s", runbook="limits"),
        panel("Relayed calls refused by Weir", "0, by errcode: 990002 breaker, 990003 outcome unknown, 990009 unreachable.",
              ("errcode:weir_relay_refusals:ratio_rate5m > 0", "{{errcode}}"), unit="percentunit", runbook="limits"),
        panel("Relayed calls in Weir", "Well below relay.max_waiting (10,000).", ("sum(weir_relay_calls)", "calls"),
              runbook="limits"),
        panel("Retries per attempt", "Below 0.2, the retry budget's ratio; more is possible only with little traffic.",
              ("job:weir_retries:ratio_rate5m", "{{job}}"), unit="percentunit", runbook="messages"),
    ],
}

UPSTREAM = {
    "title": "Upstream",
    "for": "How WeChat does, by app and api: attempts, errcodes, breakers, limiters, retries.",
    "variables": ["app", "api"],
    "panels": [
        row("Attempts"),
        panel("Attempts by outcome", "Mostly accepted. transient and unknown count against the breaker, the others do not.",
              (f"sum by (outcome) (app_api_outcome:weir_upstream_requests:rate5m{{{APP_API}}})", "{{outcome}}"), unit="cps",
              stack=True, runbook="upstream"),
        panel("Attempts by api", "Who uses how much.",
              (f"sum by (app, api) (app_api_outcome:weir_upstream_requests:rate5m{{{APP_API}}})", "{{app}} {{api}}"), unit="cps",
              stack=True),
        panel("Errcodes", "By code and api; -1 is WeChat being busy, docs/runbooks/upstream.md has the others.",
              (f"sum by (errcode, api) (rate(weir_upstream_errcodes_total{{{APP_API}}}[5m])) > 0", "{{errcode}} {{api}}"),
              unit="cps", runbook="upstream"),
        panel("Failed", "Below 5 %.", (f"app:weir_upstream_sick:ratio_rate5m{{{APP}}}", "{{app}}"), unit="percentunit",
              runbook="upstream"),
        panel("Slower than 2.5 s", "Below 10 %; the breaker opens at 60 % over 3 s.",
              (f"app_api:weir_upstream_slow:ratio_rate5m{{{APP_API}}}", "{{app}} {{api}}"), unit="percentunit",
              runbook="upstream"),
        panel("In flight", "Below upstream.max_in_flight (256).", ("weir_upstream_in_flight", "{{instance}}")),
        panel("Time, p50 and p99", "p50 steady; p99 below a second.",
              (f"app_api:weir_upstream_request_duration_seconds:p50_5m{{{APP_API}}}", "p50 {{app}} {{api}}"),
              (f"app_api:weir_upstream_request_duration_seconds:p99_5m{{{APP_API}}}", "p99 {{app}} {{api}}"), unit="s",
              width=12, runbook="upstream"),
        panel("Time, all attempts", "One band; a second one near 5 s is timeouts.",
              (f"sum by (le) (increase(weir_upstream_request_duration_seconds_bucket{{{APP_API}}}[$__rate_interval]))", "{{le}}"),
              kind="heatmap", width=12),
        row("Breakers"),
        panel("State", "Green. One line for each app, host and group of apis.",
              (f'2 * max by (breaker) (weir_breaker_state{{state="open", breaker=~"($app)~.*"}})'
               f' + max by (breaker) (weir_breaker_state{{state="half_open", breaker=~"($app)~.*"}})', "{{breaker}}"),
              kind="state-timeline", width=12, runbook="upstream",
              values=[(0, "closed", "green"), (1, "half-open", "yellow"), (2, "open", "red")]),
        panel("Moves", "None. open without closed after it: the probes fail.",
              ('sum by (breaker, to) (increase(weir_breaker_transitions_total{breaker=~"($app)~.*"}[$__rate_interval])) > 0',
               "{{breaker}} {{to}}"), width=6, runbook="upstream"),
        panel("Share of time not closed", "0.",
              ('sum by (breaker) (rate(weir_breaker_open_seconds_total{breaker=~"($app)~.*"}[5m]))', "{{breaker}}"),
              unit="percentunit", width=6, runbook="upstream"),
        row("Limiters"),
        panel("Permits used", "Below apps.*.limits.",
              (f"sum by (app, api) (rate(weir_limiter_permits_total{{{APP_API}}}[5m]))", "{{app}} {{api}}"), unit="cps"),
        panel("Permits free", "Above 0 most of the time.",
              (f"min by (app, api) (weir_limiter_available_permits{{{APP_API}}})", "{{app}} {{api}}")),
        panel("Waits and refusals", "Waits come with bursts; rejected calls waited past their deadline.",
              (f"sum by (app, api) (rate(weir_limiter_waits_total{{{APP_API}}}[5m]))", "waits {{app}} {{api}}"),
              (f"sum by (app, api) (rate(weir_limiter_rejections_total{{{APP_API}}}[5m]))", "rejected {{app}} {{api}}"),
              unit="cps", runbook="limits"),
        row("Retries"),
        panel("Retries", "Few. kind fast: at once; ladder: later; token: once more with a new access_token.",
              ("sum by (class, kind) (rate(weir_retries_total[5m]))", "{{class}} {{kind}}"), unit="cps", runbook="messages"),
        panel("Retries per attempt", "Below 0.2.", ("job:weir_retries:ratio_rate5m", "{{job}}"), unit="percentunit",
              runbook="messages"),
        panel("Retry budget", "Above 1; below, repeats wait.",
              (f"min by (app) (weir_retry_budget_balance{{{APP}}})", "{{app}}"), runbook="messages"),
    ],
}

QUEUE = {
    "title": "Queue and messages",
    "for": "What Weir took, what waits and for how long, and how messages end.",
    "variables": ["app", "client"],
    "panels": [
        row("Messages"),
        panel("Accepted", "By app and type.",
              (f"sum by (app, type) (rate(weir_messages_accepted_total{{{APP}}}[5m]))", "{{app}} {{type}}"), unit="cps",
              stack=True),
        panel("Accepted, by priority", "urgent and high are the smaller part, else they mean nothing.",
              (f"sum by (priority) (rate(weir_messages_accepted_total{{{APP}}}[5m]))", "{{priority}}"), unit="cps", stack=True),
        panel("Ended", "sent; failed is WeChat refusing a recipient or a content for good.",
              (f"sum by (state) (rate(weir_messages_total{{{APP}}}[5m]))", "{{state}}"), unit="cps", stack=True,
              runbook="messages"),
        panel("Ended badly", "Nothing: dead, unknown and expired messages of the last ten minutes.",
              (f'app_state:weir_messages:increase10m{{{APP}, state=~"dead|unknown|expired"}}', "{{app}} {{state}}"),
              runbook="messages"),
        panel("Bad share by window", "Below 0.1 %.",
              *[(f"app:weir_messages_bad:ratio_rate{w}{{{APP}}}", f"{w} {{{{app}}}}") for w in ("5m", "30m", "1h", "6h", "3d")],
              unit="percentunit", runbook="slo"),
        panel("Not accepted", "0 for queue_full and journal_unavailable; the other reasons are senders' mistakes.",
              ("sum by (reason) (rate(weir_messages_refused_total[5m])) > 0", "{{reason}}"), unit="cps", runbook="queue"),
        row("The queue"),
        panel("Depth by priority", "Near 0, unless a campaign runs.",
              ("sum by (priority) (weir_queue_depth)", "{{priority}}"), stack=True, runbook="queue"),
        panel("Depth by state", "scheduled waits for its own time, ready for a permit.",
              ("sum by (state) (weir_queue_depth)", "{{state}}"), stack=True, runbook="queue"),
        panel("Fill", "Below 75 %; from 90 % on only urgent and high are taken.",
              ("instance:weir_queue_fill:ratio", "{{instance}}"), unit="percentunit", runbook="queue"),
        panel("Capacity and depth", "Two lines far apart.", ("sum(weir_queue_capacity)", "capacity"),
              ("sum(weir_queue_depth)", "depth"), runbook="queue"),
        panel("Oldest waiting", "Seconds for urgent. A message scheduled for next week makes its priority a week old.",
              ("max by (priority) (priority:weir_queue_age_seconds:max)", "{{priority}}"), unit="s", runbook="queue"),
        panel("Accepted at", "The time at which the oldest waiting message or call was accepted.",
              ("1000 * max by (priority) (weir_queue_oldest_timestamp_seconds > 0)", "{{priority}}"), unit="dateTimeAsIso",
              kind="stat", width=8, runbook="queue"),
        row("Times"),
        panel("Wait for the first attempt, p99", "Milliseconds, and less for urgent than for low.",
              ("max by (priority) (priority:weir_queue_wait_seconds:p99_5m)", "{{priority}}"), unit="s", log=True, runbook="queue"),
        panel("Wait for the first attempt", "Dark at the bottom.",
              ("sum by (le) (increase(weir_queue_wait_seconds_bucket[$__rate_interval]))", "{{le}}"), kind="heatmap"),
        panel("Time to WeChat, p99", "From acceptance, or the time asked for, until WeChat took the message.",
              ("max by (type, priority) (type_priority:weir_message_send_duration_seconds:p99_5m)", "{{type}} {{priority}}"),
              unit="s", log=True, runbook="queue"),
        row("Clients"),
        panel("Over their rate", "0. none: callers without a client of their own.",
              ('sum by (client) (rate(weir_client_rejections_total{client=~"$client"}[5m]))', "{{client}}"), unit="cps",
              runbook="limits"),
        panel("Relayed calls refused by Weir", "By errcode; 990003 alone may have reached WeChat.",
              ("sum by (errcode) (rate(weir_relay_refusals_total[5m])) > 0", "{{errcode}}"), unit="cps", runbook="limits"),
        panel("Relayed calls in Weir", "Well below relay.max_waiting (10,000).", ("weir_relay_calls", "{{instance}}"),
              runbook="limits"),
    ],
}

MIDNIGHT = "86400 - (time() + 28800) % 86400"

QUOTA = {
    "title": "Quota and tokens",
    "for": "WeChat's quotas, the apps' access tokens, and what waits for an operator.",
    "variables": ["app", "api"],
    "panels": [
        row("Quota"),
        stat("Until midnight in Shanghai", "When daily quotas begin anew.", f"vector({MIDNIGHT})", unit="s", runbook="quota"),
        stat("Quotas used up", "0: apis that answered 45009 and have work waiting.",
             f'count(max by (app, api) (weir_lane_blocked{{{APP_API}, reason="quota_exhausted"}}) == 1) or vector(0)',
             runbook="quota", steps=RED_FROM_ONE),
        stat("Apis held", "0: apis that WeChat refuses to the account.",
             f'count(max by (app, api) (weir_lane_blocked{{{APP_API}, reason="account"}}) == 1) or vector(0)',
             runbook="tokens", steps=RED_FROM_ONE),
        panel("Lanes that wait, by reason", "rate_limited in bursts; quota_exhausted, account and credentials never.",
              (f"sum by (reason) (max by (app, api, reason) (weir_lane_blocked{{{APP_API}}})) > 0", "{{reason}}"), width=12,
              runbook="quota"),
        panel("Attempts in 24 h", "Below the api's daily quota (template messages of a new account: 100,000).",
              (f"sum by (app, api) (increase(weir_upstream_requests_total{{{APP_API}}}[24h]))", "{{app}} {{api}}"), width=8,
              runbook="quota"),
        panel("Throttled and quota used up", "0. throttled is 45011, quota_exhausted 45009.",
              (f'sum by (app, api, outcome) (app_api_outcome:weir_upstream_requests:rate5m{{{APP_API}, outcome=~"throttled|quota_exhausted"}})'
               " > 0", "{{app}} {{api}} {{outcome}}"), unit="cps", width=8, runbook="quota"),
        panel("Permits used per minute", "Below WeChat's limit per minute, where an api has one.",
              (f"60 * sum by (app, api) (rate(weir_limiter_permits_total{{{APP_API}}}[5m]))", "{{app}} {{api}}"), width=8,
              runbook="quota"),
        row("Tokens"),
        panel("Life left", "A saw: from 2 h down to 5 min, then up again. 0: none.",
              (f"app:weir_token_life_seconds:min{{{APP}}}", "{{app}}"), unit="s", runbook="tokens"),
        panel("Ends at", "In the future: the time at which each app's access_token ends.",
              (f"1000 * min by (app) (weir_token_expiry_timestamp_seconds{{{APP}}} > 0)", "{{app}}"), unit="dateTimeAsIso",
              kind="stat", width=8, runbook="tokens"),
        panel("Requests for a token", "One every two hours, accepted.",
              (f"sum by (app, outcome) (increase(weir_token_refreshes_total{{{APP}}}[1h]))", "{{app}} {{outcome}}"),
              runbook="tokens"),
        panel("Token rejected", "0. Steps again and again: somebody else refreshes it by force.",
              (f"sum by (app) (increase(weir_token_rejections_total{{{APP}}}[5m]))", "{{app}}"), runbook="tokens"),
        panel("Tokens that are not Weir's", "0, once every service has moved over.",
              ("sum(increase(weir_relay_foreign_tokens_total[5m]))", "calls"), runbook="tokens"),
        panel("Account errcodes", "Nothing: codes that an operator must act on.",
              ('app_api_errcode:weir_upstream_errcodes:increase10m{%s, errcode=~"40013|40125|40164|40243|48...|50...|895.."} > 0'
               % APP_API, "{{app}} {{api}} {{errcode}}"), runbook="upstream"),
        panel("Apps held", "Green. credentials and account: WeChat refuses; paused: an operator did it.",
              (f"max by (app, reason) (weir_app_held{{{APP}}})", "{{app}} {{reason}}"), kind="state-timeline", width=24,
              runbook="tokens", values=[(0, "free", "green"), (1, "held", "red")]),
    ],
}

PROCESS_BOARD = {
    "title": "Process and journal",
    "for": "Weir's own process, its configuration, and the journal's disk.",
    "variables": ["instance"],
    "panels": [
        row("Process"),
        table("Versions", "One version, except during an update.", f"max by (instance, version) (weir_build_info{{{HERE}}})",
              width=8, runbook="process"),
        stat("Up for", "More than a few minutes.", f"min(time() - process_start_time_seconds{{{PROCESS}}})", unit="s",
             runbook="process"),
        stat("Restarts, 24 h", "0, or the updates.", f"sum(changes(process_start_time_seconds{{{PROCESS}}}[24h]))",
             runbook="process", steps=[(3, "red")]),
        stat("Configuration in force for", "Since your last change.",
             f"min(time() - weir_config_last_reload_success_timestamp_seconds{{{HERE}}})", unit="s", runbook="process"),
        stat("Reloads refused, 24 h", "0.", f'sum(increase(weir_config_reloads_total{{{HERE}, result="refused"}}[24h]))',
             runbook="process", steps=[(0.5, "red")]),
        panel("Processor", "In cores.", (f"rate(process_cpu_seconds_total{{{PROCESS}}}[5m])", "{{instance}}")),
        panel("Memory", "Resident: level, or growing with the queue and level afterwards.",
              (f"process_resident_memory_bytes{{{PROCESS}}}", "resident {{instance}}"),
              (f"process_virtual_memory_bytes{{{PROCESS}}}", "virtual {{instance}}"), unit="bytes", log=True),
        panel("File descriptors", "Far below the limit.", (f"process_open_fds{{{PROCESS}}}", "open {{instance}}"),
              (f"process_max_fds{{{PROCESS}}}", "limit {{instance}}"), log=True, runbook="process"),
        panel("Reloads", "What you did, all of it success.",
              (f"sum by (instance, result) (increase(weir_config_reloads_total{{{HERE}}}[$__rate_interval]))",
               "{{result}} {{instance}}"), runbook="process"),
        panel("Scrapes", "The time that a scrape takes; far below 10 s.",
              (f"scrape_duration_seconds{{{PROCESS}}}", "{{instance}}"), unit="s"),
        row("Journal"),
        panel("Commits and writes", "Writes above commits: under load many writes share a commit.",
              (f"sum by (instance) (rate(weir_journal_commits_total{{{HERE}}}[5m]))", "commits {{instance}}"),
              (f"sum by (instance) (rate(weir_journal_commit_writes_sum{{{HERE}}}[5m]))", "writes {{instance}}"), unit="cps",
              runbook="journal"),
        panel("Writes per commit", "1 at rest, up to hundreds under load.",
              (share(f"sum by (instance) (rate(weir_journal_commit_writes_sum{{{HERE}}}[5m]))",
                     f"sum by (instance) (rate(weir_journal_commit_writes_count{{{HERE}}}[5m]))"), "mean {{instance}}"),
              (f"histogram_quantile(0.99, sum by (instance, le) (rate(weir_journal_commit_writes_bucket{{{HERE}}}[5m]))) >= 0",
               "p99 {{instance}}"), runbook="journal"),
        panel("Time of a commit", "Some milliseconds on an SSD; above 250 ms the disk is too slow.",
              (f"instance:weir_journal_commit_duration_seconds:p50_5m{{{HERE}}}", "p50 {{instance}}"),
              (f"instance:weir_journal_commit_duration_seconds:p99_5m{{{HERE}}}", "p99 {{instance}}"), unit="s", log=True,
              runbook="journal"),
        panel("Time of a commit, all", "One narrow band.",
              (f"sum by (le) (increase(weir_journal_commit_duration_seconds_bucket{{{HERE}}}[$__rate_interval]))", "{{le}}"),
              kind="heatmap"),
        panel("Size", "Level once old messages are removed as fast as new ones come.",
              (f"weir_journal_size_bytes{{{HERE}}}", "{{instance}}"), unit="bytes", runbook="journal"),
        panel("Room left", "More than 2 GiB.", (f"weir_journal_free_bytes{{{HERE}}}", "{{instance}}"), unit="bytes",
              runbook="journal"),
        panel("Writable", "Green.", (f"weir_journal_writable{{{HERE}}}", "{{instance}}"), kind="state-timeline", width=12,
              runbook="journal", values=OK_BAD),
        panel("Failed commits", "0.", (f"sum by (instance) (increase(weir_journal_errors_total{{{HERE}}}[5m]))", "{{instance}}"),
              width=12, runbook="journal"),
    ],
}

DASHBOARDS = {
    "overview": OVERVIEW,
    "upstream": UPSTREAM,
    "queue": QUEUE,
    "quota": QUOTA,
    "process": PROCESS_BOARD,
}
