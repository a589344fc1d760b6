"""What the dashboards show. generate.py turns it into Grafana's JSON and into docs/dashboards.md.

Selectors here say only what a panel is about. generate.py adds `job=~"$job"`, `app=~"$app"` and so on to each, as far as the metric
has the label and the dashboard the variable.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNBOOKS = "https://github.com/weir/weir/blob/main/docs/runbooks/"

# On every dashboard, before its own.
EVERYWHERE = ["cluster", "job", "instance"]
# `all` is what All stands for: `.*` also finds series without the label.
VARIABLES = {
    "datasource": {"label": "Data source"},
    "cluster": {"label": "Cluster", "query": "label_values(weir_build_info, cluster)", "all": ".*"},
    "job": {"label": "Job", "query": "label_values(weir_build_info, job)"},
    "instance": {"label": "Instance", "query": "label_values(weir_build_info, instance)"},
    "app": {"label": "App", "query": "label_values(weir_retry_budget_balance, app)"},
    "api": {"label": "Api", "query": "label_values(weir_limiter_permits_total, api)"},
    "client": {"label": "Client", "query": "label_values(weir_client_calls_total, client)"},
}

FIRING = 'ALERTS{alertname=~"Weir.+", alertname!="WeirWatchdog", alertstate="firing"}'

# Name, colour, query, title, text.
ANNOTATIONS = [
    ("Alerts", "dark-red", FIRING, "{{alertname}}", "{{severity}} {{app}} {{api}} {{breaker}} {{priority}} {{instance}}"),
    ("Breakers", "red", 'changes(weir_breaker_transitions_total{to="open"}[1m]) > 0', "{{breaker}} opened", "{{instance}}"),
    ("Reloads", "blue", "changes(weir_config_last_reload_success_timestamp_seconds[1m]) > 0", "configuration loaded", "{{instance}}"),
    ("Refused reloads", "orange", 'changes(weir_config_reloads_total{result="refused"}[1m]) > 0', "configuration refused",
     "{{instance}}"),
    ("Restarts", "purple", "process_start_time_seconds > time() - 60", "Weir started", "{{instance}}"),
]

OK_BAD = [(1, "ok", "green"), (0, "no", "red")]
# A stat's colours: the first is that of everything below the first number, also of what is below 0.
RED_FROM_ONE = ["green", (1, "red")]
RED_BELOW_ONE = ["red", (1, "green")]
RED_FROM_ANY = ["green", (0.001, "red")]

# Seconds until the next midnight in Shanghai, where WeChat's quotas begin anew.
MIDNIGHT = "86400 - (time() + 28800) % 86400"
# Seconds below which WeirQuotaGoneBeforeMidnight warns.
QUOTA_ENDS = 14400
# 0 where Weir is scraped; nothing, and not a green 0, where it is not.
OR_ZERO = "or 0 * max(weir_build_info)"


def alerted_errcodes():
    """The codes of WeirAccountErrcode."""
    rule = (ROOT / "alerts/upstream.yml").read_text(encoding="utf-8").split("- alert: WeirAccountErrcode\n")[1]
    return re.search(r'errcode=~"([^"]+)"', rule)[1]


def row(title):
    return {"kind": "row", "title": title}


def panel(title, see, *queries, kind="timeseries", **more):
    """Each query is (expression, legend). `lines` are an alert's thresholds: (value, colour)."""
    return {"kind": kind, "title": title, "see": see, "queries": queries, **more}


def stat(title, see, query, **more):
    return panel(title, see, (query, ""), kind="stat", **more)


def table(title, see, query, **more):
    return panel(title, see, (query, ""), kind="table", **more)


def rate(metric):
    return f"rate({metric}[$__rate_interval])"


def increase(metric):
    return f"increase({metric}[$__rate_interval])"


def shown(metric):
    """The increase in the time that the panel shows."""
    return f"increase({metric}[$__range])"


def share(value, of):
    return f"{value} / ({of} > 0)"


def quantile(q, labels, histogram):
    return f"histogram_quantile({q}, sum by ({labels}, le) ({rate(histogram + '_bucket')})) >= 0"


ATTEMPT = "weir_upstream_request_duration_seconds"
SENDING = "weir_message_send_duration_seconds"
NOT_ANSWERED = 'weir_client_calls_total{result=~"upstream_failed|unknown"}'
REFUSED = 'weir_client_calls_total{result="refused"}'
HANDED_OVER = 'weir_client_messages_total{result="accepted"}'
ENDED_BADLY = 'weir_client_messages_total{result=~"dead|unknown|expired"}'
# Relayed calls that WeChat answered, and those that it should have.
ANSWERED = 'weir_client_calls_total{result=~"ok|wechat_error"}'
ASKED = 'weir_client_calls_total{result!="caller"}'
RETRIES = share(f"sum({rate('weir_retries_total')})", f"sum({rate('weir_upstream_requests_total')})")
SICK = [(0.05, "orange")]
FULL = [(0.75, "orange"), (0.9, "red")]
LATE = [(60, "red"), (300, "orange"), (1800, "orange"), (14400, "orange")]


def burns():
    """The burn of each objective of prometheus/slo.yml, as its alerts compare it."""
    for document in (ROOT / "prometheus/slo.yml").read_text(encoding="utf-8").split("\n---\n"):
        metric = re.search(r"total:\s+metric: (\w+)_total", document)[1]
        level = "_".join(re.search(r"grouping: \[cluster, job, instance, (.*)]", document)[1].split(", "))
        target = re.search(r'target: "(.*)"', document)[1]
        budget = f"{(100 - float(target)) / 100:g}"
        what = metric.removeprefix("weir_slo_")
        yield panel("Error budget's burn" + f", {what}" * (what != "messages"),
                    f"Below 1: {what}. 14.4 over an hour or 6 over six hours wakes somebody.",
                    *[(f"max({level}:{metric}_bad:ratio_rate{w}) / {budget}", w) for w in ("1h", "6h", "1d", "3d")],
                    runbook="slo", lines=[(1, "yellow"), (3, "orange"), (6, "red"), (14.4, "dark-red")])


OVERVIEW = {
    "title": "Overview",
    "for": "For whoever is on call: is something wrong, and in which of the other dashboards does it show?",
    "variables": ["app", "client"],
    "panels": [
        row("Now"),
        stat("Instances down", "0. No data: nothing scrapes Weir.", "count(up) - sum(up)", runbook="process", steps=RED_FROM_ONE),
        table("Alerts that fire", "Nothing, on a good day. Alerts without an app or an instance are shown whatever is chosen.", FIRING,
              width=8, hide=["__name__", "alertstate", "Value"]),
        stat("Sent, 1 d", "The worst app's and priority's share of messages that were sent in time; the goal is 99.9 %.",
             "1 - max(app_priority:weir_slo_messages_bad:ratio_rate1d)", unit="percentunit", runbook="slo",
             steps=["red", (0.999, "green")]),
        stat("Breakers not closed", "0.",
             f'sum(max by (breaker) (weir_breaker_state{{state=~"open|half_open"}})) {OR_ZERO}', runbook="upstream",
             steps=RED_FROM_ONE),
        stat("Apps held", "0; credentials or account refused, or paused.",
             f"sum(max by (app, reason) (weir_app_held)) {OR_ZERO}", runbook="tokens", steps=RED_FROM_ONE),
        stat("Shortest token", "Between 4 min and 2 h: the time until the first app's access_token ends. Below 0: ended; 0: none.",
             "min(app:weir_token_life_seconds:min)", unit="s", runbook="tokens", steps=["red", (240, "green")]),
        stat("Journal writable", "ok, on all instances.", "min(weir_journal_writable)", runbook="journal", values=OK_BAD,
             steps=RED_BELOW_ONE),
        stat("Ready work", "Near 0, or what the limiter lets through in a second or two.",
             'sum(weir_queue_depth{state="ready"})', runbook="queue"),
        stat("In flight", "Up to upstream.max_in_flight (256) for each instance.", "sum(weir_upstream_in_flight)"),
        table("Held, parked, open",
              "Nothing, on a good day. `until` is known of parked lanes: quota_exhausted until midnight in Shanghai (in the"
              " day's first hour Weir asks every ten minutes), throttled until the next minute, or as long as the errcode says. –:"
              " until somebody acts, or it works again. /v1/state says since when and why.",
              f'1000 * max by (app, api, reason) (weir_lane_blocked{{reason="quota_exhausted"}} == 1) * (time() + {MIDNIGHT})'
              ' or 1000 * max by (app, api, reason) (weir_lane_blocked{reason="throttled"} == 1) * (time() + 60 - time() % 60)'
              ' or 0 * max by (app, api, reason) (weir_lane_blocked{reason!~"quota_exhausted|throttled|rate_limited|concurrency"} == 1)'
              " or 0 * max by (app, reason) (weir_app_held == 1)"
              ' or 0 * max by (breaker, state) (weir_breaker_state{state=~"open|half_open"} == 1)',
              width=24, runbook="quota", columns={"Value": ("until", "dateTimeAsIso", None)}, none="–"),
        row("By app and client"),
        panel("Apps", "Each app in a line. Click on one to see it in Upstream.",
              (f"sum by (app) ({rate('weir_messages_accepted_total')})", ""),
              (f"sum by (app) ({rate('weir_upstream_requests_total')})", ""),
              ("max by (app) (app:weir_upstream_sick:ratio_rate5m)", ""),
              ("max by (app) (app_priority:weir_slo_messages_bad:ratio_rate1h)", ""),
              (quantile(0.99, "app", ATTEMPT), ""),
              ("sum by (app) (max by (app, api, reason) (weir_lane_blocked))", ""),
              ("max by (app) (weir_app_held)", ""),
              ("min by (app) (app:weir_token_life_seconds:min)", ""),
              ("1 - min by (app) (" + share(f"sum by (app) ({rate(ANSWERED)})",
                                            f"sum by (app) ({rate(ASKED)})") + ")", ""),
              ("max by (app) (app_priority:weir_app_oldest_unsent:age_seconds)", ""),
              kind="table", width=24, drill=("upstream", "app"), columns={
                  "Value #A": ("accepted", "cps", None),
                  "Value #B": ("attempts", "cps", None),
                  "Value #C": ("failed", "percentunit", ["green", (0.05, "orange")]),
                  "Value #D": ("ended badly, 1 h", "percentunit", ["green", (0.001, "orange"), (0.0144, "red")]),
                  "Value #E": ("p99", "s", ["green", (2.5, "orange")]),
                  "Value #F": ("waits", "short", None),
                  "Value #G": ("held", "short", RED_FROM_ONE),
                  "Value #H": ("token's life", "s", ["red", (240, "green")]),
                  "Value #I": ("calls not answered", "percentunit", ["green", (0.001, "orange"), (0.0144, "red")]),
                  "Value #J": ("oldest unsent", "s", ["green", (300, "orange")]),
              }),
        panel("Clients", "Each client in a line: what it asks for, and what it gets. Click on one to see it in Queue and messages.",
              (f"sum by (client) ({rate('weir_client_calls_total')})", ""),
              (f"sum by (client) ({rate(NOT_ANSWERED)})", ""),
              (f"sum by (client) ({rate(REFUSED)})", ""),
              (f"sum by (client) ({rate(HANDED_OVER)})", ""),
              (f"sum by (client) ({rate(ENDED_BADLY)})", ""),
              (f"sum by (client) ({rate('weir_client_rejections_total')})", ""),
              (quantile(0.99, "client", "weir_client_call_duration_seconds"), ""),
              kind="table", width=24, drill=("queue", "client"), columns={
                  "Value #A": ("calls", "cps", None),
                  "Value #B": ("not answered by WeChat", "cps", RED_FROM_ANY),
                  "Value #C": ("refused", "cps", None),
                  "Value #D": ("messages", "cps", None),
                  "Value #E": ("ended badly", "cps", RED_FROM_ANY),
                  "Value #F": ("over its rate", "cps", None),
                  "Value #G": ("p99 of a call", "s", ["green", (4.5, "orange")]),
              }),
        panel("Traffic, by app", "Attempts, as every day at this time.",
              (f"sum by (app) ({rate('weir_upstream_requests_total')})", "{{app}}"), unit="cps", stack=True, runbook="upstream",
              drill=("upstream", "app")),
        panel("Ended badly, by app", "Nothing: dead, unknown and expired messages of the last ten minutes.",
              ('sum by (app) (app_state:weir_messages_ended:increase10m{state=~"dead|unknown|expired"})', "{{app}}"), runbook="messages",
              drill=("queue", "app")),
        panel("Over their rate, by client", "0. none: callers without a client of their own.",
              (f"sum by (client) ({rate('weir_client_rejections_total')})", "{{client}}"), unit="cps", runbook="limits",
              drill=("queue", "client")),
        row("Messages"),
        panel("Accepted and ended", "Both lines together. Ended below accepted for long: the queue grows.",
              (f"sum({rate('weir_messages_accepted_total')})", "accepted"),
              (f"sum by (state) ({rate('weir_messages_ended_total')})", "{{state}}"), unit="cps", runbook="messages"),
        *burns(),
        panel("Queue", "Scheduled may be high (messages for later, retries); ready stays near 0.",
              ("sum by (state) (weir_queue_depth)", "{{state}}"), stack=True, runbook="queue"),
        panel("Oldest waiting", "Seconds for urgent, minutes for high: since when the oldest message that is due has not been sent, retries included.",
              ("max by (app, priority) (app_priority:weir_app_oldest_unsent:age_seconds)", "{{app}} {{priority}}"), unit="s", runbook="queue", lines=LATE),
        panel("Time to WeChat, p99", "From acceptance, or the time asked for, until WeChat took the message.",
              (quantile(0.99, "priority", SENDING), "{{priority}}"), unit="s", runbook="queue"),
        table("Lanes that wait", "Nothing, or rate_limited in a burst: which app and api waits for what.",
              "max by (app, api, reason) (weir_lane_blocked) == 1", runbook="quota", hide=["Value"]),
        row("WeChat"),
        panel("Attempts by outcome", "Mostly accepted; some recipient is normal.",
              (f"sum by (outcome) ({rate('weir_upstream_requests_total')})", "{{outcome}}"), unit="cps",
              stack=True, runbook="upstream", exemplar=True),
        panel("Attempts that failed", "Below 5 %: transient and unknown, which say that WeChat or the way to it is sick.",
              ("app:weir_upstream_sick:ratio_rate5m", "{{app}}"), unit="percentunit", runbook="upstream", lines=SICK,
              drill=("upstream", "app")),
        panel("Time of an attempt, p99", "Some hundred milliseconds; the breaker calls 3 s slow.",
              (quantile(0.99, "api", ATTEMPT), "{{api}}"), unit="s", runbook="upstream"),
        row("Requests in"),
        panel("Requests", "By route; relay is all that SDKs call.",
              (f"sum by (route) ({rate('weir_http_requests_total')})", "{{route}}"), unit="reqps", runbook="limits"),
        panel("HTTP 5xx", "0. 503 of a messages route: queue full or journal not writable. A readiness probe answers 503 on purpose.",
              ("route:weir_http_errors:ratio_rate5m", "{{route}}"), unit="percentunit", runbook="limits", lines=[(0.01, "orange")]),
        panel("Time of a request, p99",
              "relay near WeChat's own time and below 4.5 s, /v1/messages near the journal's; requests that ask to wait are (wait).",
              ("route:weir_http_request_duration_seconds:p99_5m", "{{route}}"), unit="s", runbook="limits",
              lines=[(4.5, "orange")]),
        panel("Relayed calls refused by Weir", "0, by errcode: 990002 breaker, 990003 outcome unknown, 990009 unreachable.",
              ("app_errcode:weir_relay_refusals:ratio_rate5m > 0", "{{app}} {{errcode}}"), unit="percentunit", runbook="limits",
              lines=[(0.01, "orange")]),
        panel("Relayed calls in Weir", "Well below relay.max_waiting (10,000).", ("weir_relay_calls", "{{instance}}"),
              runbook="limits"),
        panel("What Weir adds, p99", "own: a millisecond or two. wait: near 0, but for limits, breakers and repeats.",
              (quantile(0.99, "part", "weir_overhead_seconds"), "{{part}}"), unit="s", log=True, runbook="limits"),
        panel("Retries per attempt", "Below 0.2, the retry budget's ratio; more is possible only with little traffic.",
              (RETRIES, "retries"), unit="percentunit", runbook="messages"),
    ],
}

UPSTREAM = {
    "title": "Upstream",
    "for": "How WeChat does, by app and api: attempts, errcodes, breakers, limiters, retries.",
    "variables": ["app", "api"],
    "panels": [
        row("Attempts"),
        panel("Attempts by outcome", "Mostly accepted. transient and unknown count against the breaker, the others do not.",
              (f"sum by (outcome) ({rate('weir_upstream_requests_total')})", "{{outcome}}"), unit="cps",
              stack=True, runbook="upstream", exemplar=True),
        panel("Attempts by api", "Who uses how much.",
              (f"sum by (app, api) ({rate('weir_upstream_requests_total')})", "{{app}} {{api}}"), unit="cps",
              stack=True),
        panel("Errcodes", "By code and api; -1 is WeChat being busy, docs/runbooks/upstream.md has the others.",
              (f"sum by (errcode, api) ({rate('weir_upstream_errcodes_total')}) > 0", "{{errcode}} {{api}}"),
              unit="cps", runbook="upstream", exemplar=True),
        panel("Failed", "Below 5 %.", ("app:weir_upstream_sick:ratio_rate5m", "{{app}}"), unit="percentunit",
              runbook="upstream", lines=SICK),
        panel("Slower than 2.5 s", "Below 10 %; the breaker opens at 60 % over 3 s.",
              ("app_api:weir_upstream_slow:ratio_rate5m", "{{app}} {{api}}"), unit="percentunit",
              runbook="upstream", lines=[(0.1, "orange")]),
        panel("In flight", "Below upstream.max_in_flight, the limit.", ("weir_upstream_in_flight", "{{instance}}"),
              ("weir_upstream_in_flight_limit", "limit {{instance}}")),
        panel("Connections to WeChat", "Mostly reused. failed: WeChat, or the way to it.",
              (f"sum by (result) ({rate('weir_upstream_connections_total')})", "{{result}}"), unit="cps", runbook="upstream"),
        panel("Groups on another host", "0: all calls go to their app's first host.",
              ("max by (app) (weir_app_detours)", "{{app}}"), runbook="upstream"),
        panel("Time, p50 and p99", "p50 steady; p99 below a second. The dots are single attempts, with their traces.",
              (quantile(0.5, "app, api", ATTEMPT), "p50 {{app}} {{api}}"),
              (quantile(0.99, "app, api", ATTEMPT), "p99 {{app}} {{api}}"), unit="s",
              width=12, runbook="upstream"),
        panel("Time, all attempts", "One band; a second one near 5 s is timeouts.",
              (f"sum by (le) ({increase(ATTEMPT + '_bucket')})", "{{le}}"), kind="heatmap", width=12),
        row("Breakers"),
        panel("State", "Green. One line for each app, host and group of apis; of several instances, the worst.",
              ('2 * max by (breaker) (weir_breaker_state{state="open"}) > 0'
               ' or max by (breaker) (weir_breaker_state{state="half_open"})', "{{breaker}}"),
              kind="state-timeline", width=12, runbook="upstream",
              values=[(0, "closed", "green"), (1, "half-open", "yellow"), (2, "open", "red")]),
        panel("Moves", "None. open without closed after it: the probes fail.",
              (f"sum by (breaker, to) ({increase('weir_breaker_transitions_total')}) > 0",
               "{{breaker}} {{to}}"), width=6, runbook="upstream"),
        panel("Share of time not closed", "0. Of several instances, the mean.",
              (f"avg by (breaker) ({rate('weir_breaker_open_seconds_total')})", "{{breaker}}"),
              unit="percentunit", width=6, runbook="upstream"),
        row("Limiters"),
        panel("Permits used", "Below apps.*.limits.",
              (f"sum by (app, api) ({rate('weir_limiter_permits_total')})", "{{app}} {{api}}"), unit="cps"),
        panel("Permits used of the rate", "Below 100 % for long: above it the saved ones are used up.",
              (f"sum by (app, api) ({rate('weir_limiter_permits_total')}) / (sum by (app, api) (weir_limiter_rate_permits) > 0)",
               "{{app}} {{api}}"), unit="percentunit", runbook="limits"),
        panel("Permits free", "The share of those that may be saved up; above 0 most of the time.",
              ("min by (app, api) (weir_limiter_available_permits / (weir_limiter_burst_permits > 0))", "{{app}} {{api}}"),
              unit="percentunit"),
        panel("Waits and refusals", "Waits come with bursts; rejected calls waited past their deadline.",
              (f"sum by (app, api) ({rate('weir_limiter_waits_total')})", "waits {{app}} {{api}}"),
              (f"sum by (app, api) ({rate('weir_limiter_rejections_total')})", "rejected {{app}} {{api}}"),
              unit="cps", runbook="limits"),
        row("Retries"),
        panel("Retries", "Few. kind fast: at once; ladder: later; token: once more with a new access_token.",
              (f"sum by (class, kind) ({rate('weir_retries_total')})", "{{class}} {{kind}}"), unit="cps", runbook="messages"),
        panel("Retries per attempt", "Below 0.2.", (RETRIES, "retries"), unit="percentunit",
              runbook="messages"),
        panel("What retries bring", "Mostly recovered. given_up: WeChat stays sick longer than the retry class goes on.",
              (f"sum by (app, class, result) ({rate('weir_retry_results_total')})", "{{app}} {{class}} {{result}}"), unit="cps",
              runbook="messages"),
        panel("Retry budget", "Above 1; below, repeats wait.",
              ("min by (app) (weir_retry_budget_balance)", "{{app}}"), runbook="messages", lines=[(1, "orange")]),
    ],
}

QUEUE = {
    "title": "Queue and messages",
    "for": "What Weir took, what waits and for how long, and how messages end.",
    "variables": ["app", "client"],
    "panels": [
        row("Messages"),
        panel("Accepted", "By app and type.",
              (f"sum by (app, type) ({rate('weir_messages_accepted_total')})", "{{app}} {{type}}"), unit="cps",
              stack=True),
        panel("Accepted, by priority", "urgent and high are the smaller part, else they mean nothing.",
              (f"sum by (priority) ({rate('weir_messages_accepted_total')})", "{{priority}}"), unit="cps", stack=True),
        panel("Ended", "sent; failed is WeChat refusing a recipient or a content for good.",
              (f"sum by (state) ({rate('weir_messages_ended_total')})", "{{state}}"), unit="cps", stack=True,
              runbook="messages"),
        panel("From accepted to sent", "In the time shown, two bars of one length: accepted, then sent. What is missing waits, or ended"
              " otherwise, as the others say.",
              (f"sum({shown('weir_messages_accepted_total')})", "accepted"),
              (f"""sum({shown('weir_messages_ended_total{state="sent"}')})""", "sent"),
              (f"""sum({shown('weir_messages_ended_total{state="failed"}')})""", "refused for good"),
              (f"""sum({shown('weir_messages_ended_total{state=~"dead|unknown|expired"}')})""", "ended badly"),
              kind="bargauge", runbook="messages"),
        panel("Sent in time, by priority", "All above 99.9 %: of the messages whose promise was kept or broken.",
              (share(f"""sum by (priority) ({rate('weir_slo_messages_total{result="good"}')})""",
                     f"sum by (priority) ({rate('weir_slo_messages_total')})"),
               "{{priority}}"), unit="percentunit", runbook="slo", lines=[(0.999, "orange")]),
        panel("Ended badly", "Nothing: dead, unknown and expired messages of the last ten minutes.",
              ('app_state:weir_messages_ended:increase10m{state=~"dead|unknown|expired"}', "{{app}} {{state}}"),
              runbook="messages"),
        panel("Doubts that ended", "Nothing. repeated: WeChat took a repeat; the others nobody can be sure of, and their senders must decide.",
              (f"sum by (app, resolution) ({rate('weir_ambiguous_total')}) > 0", "{{app}} {{resolution}}"), unit="cps",
              runbook="messages"),
        panel("Bad share by window", "Below 0.1 %. The lines are 1, 3, 6 and 14.4 times that.",
              *[(f"app_priority:weir_slo_messages_bad:ratio_rate{w}", f"{w} {{{{app}}}} {{{{priority}}}}")
                for w in ("5m", "30m", "1h", "6h", "3d")],
              unit="percentunit", runbook="slo",
              lines=[(0.001, "yellow"), (0.003, "orange"), (0.006, "red"), (0.0144, "dark-red")]),
        panel("Not accepted", "0 for queue_full and journal_unavailable; the other reasons are senders' mistakes.",
              (f"sum by (reason) ({rate('weir_messages_refused_total')}) > 0", "{{reason}}"), unit="cps", runbook="queue"),
        panel("Signed events", "accepted, and repeated where a sender comes again; forged and replayed: a wrong secret, or a stranger.",
              (f"sum by (result) ({rate('weir_events_total')})", "{{result}}"), unit="cps", runbook="messages"),
        row("Receipts"),
        panel("Receipts", "delivered. missing for all: callbacks don't arrive. Of apps with a callback.",
              (f"sum by (app, state) ({rate('weir_receipts_total')})", "{{app}} {{state}}"), unit="cps", stack=True),
        panel("From sent to delivered", "In the time shown: most are delivered; blocked and limited are the recipients' side.",
              (f"sum by (state) ({shown('weir_receipts_total')})", "{{state}}"), kind="bargauge"),
        panel("Callbacks", "stored, and duplicate when WeChat comes again. refused: a wrong token, key or mode, or a stranger. failed: the journal.",
              (f"sum by (app, result) ({rate('weir_callbacks_total')})", "{{app}} {{result}}"), unit="cps"),
        panel("Receipts that changed nothing", "Near 0. unmatched: somebody else sends with the account.",
              (f"sum by (app, result) ({rate('weir_receipts_left_total')})", "{{app}} {{result}}"), unit="cps"),
        row("Suppression"),
        panel("Refused without a call", "Near 0. A rise: somebody sends to users who have unfollowed or refuse messages.",
              (f"sum by (app, reason) ({rate('weir_suppressed_total')}) > 0", "{{app}} {{reason}}"), unit="cps"),
        panel("Suppressed recipients", "Who is not sent to. Grows with a campaign to users who have left; falls as they return or time ends it.",
              ("sum by (app) (weir_suppressions)", "{{app}}")),
        row("Deliveries"),
        panel("Deliveries", "taken. failed: the destination is down or answers no 2xx. dead, dropped: it was not told.",
              (f"sum by (kind, destination, result) ({rate('weir_deliveries_total')}) > 0", "{{kind}} {{destination}} {{result}}"),
              unit="cps", runbook="messages"),
        panel("Deliveries that wait", "Near 0. Grows while the destination fails.",
              ("sum by (kind, destination) (weir_deliveries_waiting)", "{{kind}} {{destination}}"), runbook="messages"),
        row("Operators"),
        panel("Operations", "What bulk redrives and cancels have done. skipped: it could not be changed when its turn came.",
              (f"sum by (kind, result) ({rate('weir_operation_messages_total')})", "{{kind}} {{result}}"), unit="cps"),
        panel("Operations: left", "Falls to 0 at the rate of the operation; level while it is paused or waits for room.",
              ("sum by (kind) (weir_operation_messages_left)", "{{kind}}")),
        panel("Audit trail", "kept. lost: the journal could not be written for long; what was done is in the log alone.",
              (f"sum by (result) ({rate('weir_audit_rows_total')})", "{{result}}"), unit="cps", runbook="journal"),
        row("The queue"),
        panel("Depth by priority", "Near 0, unless a campaign runs.",
              ("sum by (priority) (weir_queue_depth)", "{{priority}}"), stack=True, runbook="queue"),
        panel("Depth by state", "scheduled waits for its own time, retrying for that of its next attempt, ready for a permit.",
              ("sum by (state) (weir_queue_depth)", "{{state}}"), stack=True, runbook="queue"),
        panel("Fill", "Below 75 %; from 90 % on only urgent and high are taken.",
              ("instance:weir_queue_fill:ratio", "{{instance}}"), unit="percentunit", runbook="queue", lines=FULL),
        panel("Capacity and depth", "Two lines far apart.", ("sum(weir_queue_capacity)", "capacity"),
              ("sum(weir_queue_depth)", "depth"), runbook="queue"),
        panel("Oldest waiting", "Seconds for urgent: since when the oldest message that is due has not been sent, retries included.",
              ("max by (app, priority) (app_priority:weir_app_oldest_unsent:age_seconds)", "{{app}} {{priority}}"), unit="s", runbook="queue", lines=LATE),
        panel("Ready since", "The time since which the oldest ready message or call has waited.",
              ("1000 * min by (priority) (weir_queue_oldest_timestamp_seconds > 0)", "{{priority}}"), unit="dateTimeAsIso",
              kind="stat", width=8, runbook="queue"),
        row("Times"),
        panel("Wait for the first attempt, p99", "Milliseconds, and less for urgent than for low.",
              ("max by (priority) (priority:weir_queue_wait_seconds:p99_5m)", "{{priority}}"), unit="s", log=True, runbook="queue",
              lines=[(30, "orange")]),
        panel("Wait for the first attempt", "Dark at the bottom.",
              (f"sum by (le) ({increase('weir_queue_wait_seconds_bucket')})", "{{le}}"), kind="heatmap"),
        panel("Time to WeChat, p99", "From acceptance, or the time asked for, until WeChat took the message.",
              (quantile(0.99, "type, priority", SENDING), "{{type}} {{priority}}"), unit="s", log=True, runbook="queue"),
        row("Alertmanager's notifications"),
        panel("Webhooks", "accepted, and duplicate when Alertmanager comes again; anything else is an alert that nobody was told of.",
              (f"sum by (result) ({rate('weir_alert_webhooks_total')})", "{{result}}"), unit="cps",
              runbook="notifications"),
        panel("Notifications, by sink", "accepted; summarised: more than the sink's rate.",
              (f"sum by (sink, result) ({rate('weir_alert_notifications_total')})", "{{sink}} {{result}}"), unit="cps",
              runbook="notifications"),
        panel("Told, by sink", "sent; dead, expired, failed and unknown: somebody was not told.",
              (f"sum by (sink, state) ({increase('weir_alert_deliveries_total')})", "{{sink}} {{state}}"), runbook="notifications"),
        row("Clients"),
        panel("Over their rate", "0. none: callers without a client of their own.",
              (f"sum by (client) ({rate('weir_client_rejections_total')})", "{{client}}"), unit="cps",
              runbook="limits"),
        panel("Relayed calls refused by Weir", "By errcode; 990003 alone may have reached WeChat.",
              (f"sum by (errcode) ({rate('weir_relay_refusals_total')}) > 0", "{{errcode}}"), unit="cps", runbook="limits"),
        panel("Relayed calls, by client", "Mostly ok. wechat_error: errcodes; refused: by Weir; caller: that client's own doing.",
              (f"sum by (client, app, result) ({rate('weir_client_calls_total')})", "{{client}} {{app}} {{result}}"), unit="cps",
              runbook="limits"),
        panel("Messages, by client", "accepted, and then sent.",
              (f"sum by (client, app, result) ({rate('weir_client_messages_total')})", "{{client}} {{app}} {{result}}"), unit="cps",
              runbook="queue"),
        panel("Time of a relayed call, by client, p99", "Below 4.5 s, as SDKs give up after 5 s.",
              (quantile(0.99, "client", "weir_client_call_duration_seconds"), "{{client}}"), unit="s", runbook="limits"),
        panel("Budgets", "Below 100 % at midnight in Shanghai: the share of a client's daily budget that is used. A shadow may be above.",
              ("max by (client, app, api) (weir_budget_used_ratio)", "{{client}} {{app}} {{api}}"), unit="percentunit", runbook="limits",
              lines=[(1, "red")]),
        panel("Over their budget", "0. enforce: refused; shadow: would have been.",
              (f"sum by (client, mode) ({rate('weir_budget_refusals_total')})", "{{client}} {{mode}}"), unit="cps", runbook="limits"),
        panel("Relayed calls in Weir", "Well below relay.max_waiting, the limit.", ("weir_relay_calls", "{{instance}}"),
              ("weir_relay_calls_limit", "limit {{instance}}"), runbook="limits"),
        panel("Bodies of calls that wait", "Well below relay.max_waiting_bytes, the limit.", ("weir_relay_waiting_bytes", "{{instance}}"),
              ("weir_relay_waiting_bytes_limit", "limit {{instance}}"), unit="bytes", runbook="limits"),
    ],
}

QUOTA = {
    "title": "Quota and tokens",
    "for": "WeChat's quotas, the apps' access tokens, and what waits for an operator. Its times are Shanghai's, as WeChat's days are.",
    "timezone": "Asia/Shanghai",
    "variables": ["app", "api"],
    "panels": [
        row("Quota"),
        stat("Until midnight in Shanghai", "When daily quotas begin anew.", f"vector({MIDNIGHT})", unit="s", runbook="quota"),
        stat("Quotas used up", "0: apis that answered 45009 and have work waiting.",
             f'sum(max by (app, api) (weir_lane_blocked{{reason="quota_exhausted"}})) {OR_ZERO}',
             runbook="quota", steps=RED_FROM_ONE),
        stat("Apis held", "0: apis that WeChat refuses to the account.",
             f'sum(max by (app, api) (weir_lane_blocked{{reason="account"}})) {OR_ZERO}',
             runbook="tokens", steps=RED_FROM_ONE),
        panel("Lanes that wait, by reason", "rate_limited in bursts; quota_exhausted, account and credentials never.",
              ("sum by (reason) (max by (app, api, reason) (weir_lane_blocked)) > 0", "{{reason}}"), width=12,
              runbook="quota"),
        panel("Attempts since midnight in Shanghai",
              "Below the api's daily quota (template messages of a new account: 100,000). Today's, whatever time is chosen above.",
              (f"sum by (app, api) ({shown('weir_upstream_requests_total')})", "{{app}} {{api}}"), width=8,
              kind="bargauge", since="now/d", runbook="quota"),
        panel("Throttled and quota used up", "0. throttled is 45011, quota_exhausted 45009.",
              (f"""sum by (app, api, outcome) ({rate('weir_upstream_requests_total{outcome=~"throttled|quota_exhausted"}')}) > 0""",
               "{{app}} {{api}} {{outcome}}"), unit="cps", width=8, runbook="quota", exemplar=True),
        panel("Permits used per minute", "Below WeChat's limit per minute, where an api has one.",
              (f"60 * sum by (app, api) ({rate('weir_limiter_permits_total')})", "{{app}} {{api}}"), width=8,
              runbook="quota"),
        panel("Quota used", "Below 100 % at midnight in Shanghai: the share of the day's quota that is used, other services' calls included."
              " Nothing of apis whose quota is not known.",
              ("max by (app, api) (weir_quota_used / (weir_quota_limit > 0))", "{{app}} {{api}}"), unit="percentunit", width=12,
              runbook="quota", lines=[(1, "red")]),
        panel("Time until the quota is used up", "Nothing, while the quota lasts until midnight in Shanghai at the rate of about the last"
              " half hour. 0: used up.",
              ("min by (app, api) (weir_quota_exhaustion_seconds)", "{{app}} {{api}}"), unit="s", width=12, runbook="quota",
              lines=[(QUOTA_ENDS, "orange")]),
        row("Tokens"),
        panel("Life left", "A saw: from 2 h down to 5 min, then up again. 0: none. Below 0: ended.",
              ("min by (app) (app:weir_token_life_seconds:min)", "{{app}}"), unit="s", runbook="tokens", below=True,
              lines=[(0, "red"), (240, "orange")]),
        panel("Ends at", "In the future: the time at which each app's access_token ends.",
              ("1000 * min by (app) (weir_token_expiry_timestamp_seconds > 0)", "{{app}}"), unit="dateTimeAsIso",
              kind="stat", width=8, runbook="tokens"),
        panel("Tickets end at", "In the future: the time at which each ticket that is kept ends.",
              ("1000 * min by (app, type) (weir_ticket_expiry_timestamp_seconds)", "{{app}} {{type}}"), unit="dateTimeAsIso",
              kind="stat", width=8, runbook="tokens"),
        panel("Requests for a token", "One every two hours, accepted.",
              (f"sum by (app, outcome) ({increase('weir_token_refreshes_total')})", "{{app}} {{outcome}}"),
              runbook="tokens"),
        panel("Token rejected", "0. Steps again and again: somebody else refreshes it by force.",
              (f"sum by (app) ({increase('weir_token_rejections_total')})", "{{app}}"), runbook="tokens"),
        panel("Tokens that are not Weir's", "0, once every service has moved over.",
              (f"sum({increase('weir_relay_foreign_tokens_total')})", "calls"), runbook="tokens"),
        panel("Account errcodes", "Nothing: codes that an operator must act on.",
              ('app_api_errcode:weir_upstream_errcodes:increase10m{app!="-foreign", errcode=~"%s"} > 0' % alerted_errcodes(),
               "{{app}} {{api}} {{errcode}}"), runbook="upstream"),
        panel("Apps held", "Green. credentials and account: WeChat refuses; paused: an operator did it.",
              ("max by (app, reason) (weir_app_held)", "{{app}} {{reason}}"), kind="state-timeline", width=24,
              runbook="tokens", values=[(0, "free", "green"), (1, "held", "red")]),
    ],
}

PROCESS_BOARD = {
    "title": "Process and journal",
    "for": "Weir's own process, its configuration, and the journal's disk.",
    "variables": [],
    "panels": [
        row("Process"),
        table("Versions", "One version, except during an update.", "max by (instance, version, commit, swift) (weir_build_info)",
              width=8, runbook="process", hide=["Value"]),
        stat("Up for", "More than a few minutes: the instance that started last.", "min(time() - process_start_time_seconds)",
             unit="s", runbook="process"),
        stat("Restarts", "0, or the updates, in the time shown.", "sum(changes(process_start_time_seconds[$__range]))",
             runbook="process", steps=["green", (1, "yellow"), (3, "red")]),
        stat("Configuration in force for", "Since your last change.",
             "min(time() - weir_config_last_reload_success_timestamp_seconds)", unit="s", runbook="process"),
        stat("Configuration file", "ok: the last load was taken. no: it was refused, and the one before is in force.",
             "min(weir_config_last_reload_successful)", runbook="process", values=OK_BAD, steps=RED_BELOW_ONE),
        stat("Reloads refused", "0 in the time shown.", f"""sum({shown('weir_config_reloads_total{result="refused"}')})""",
             runbook="process", steps=["green", (0.5, "red")]),
        panel("Up", "Green, each instance.", ("up", "{{instance}}"), kind="state-timeline", width=16, runbook="process",
              values=[(1, "up", "green"), (0, "down", "red")]),
        panel("Processor", "In cores.", (rate("process_cpu_seconds_total"), "{{instance}}")),
        panel("Memory", "Resident: level, or growing with the queue and level afterwards.",
              ("process_resident_memory_bytes", "resident {{instance}}"), unit="bytes"),
        panel("Virtual memory", "Says little; look at the resident.", ("process_virtual_memory_bytes", "{{instance}}"), unit="bytes"),
        panel("File descriptors", "The share of the limit, far below 80 %.",
              ("process_open_fds / process_max_fds", "{{instance}}"), unit="percentunit", runbook="process",
              lines=[(0.8, "orange")]),
        panel("Connections", "The share of a listener's limit, far below 80 %.",
              ("weir_connections / (weir_connections_limit > 0)", "{{listener}} {{instance}}"), unit="percentunit",
              runbook="process", lines=[(0.8, "orange")]),
        panel("Bodies in memory", "The share of each pool's limit, far below 80 %.",
              ("weir_body_bytes / (weir_body_bytes_limit > 0)", "{{pool}} {{instance}}"), unit="percentunit", runbook="process"),
        panel("Reloads", "What you did, all of it success.",
              (f"sum by (instance, result) ({increase('weir_config_reloads_total')})",
               "{{result}} {{instance}}"), runbook="process"),
        panel("Label sets refused", "0: a label with more values than a metric may have; what is beyond counts as other.",
              (f"sum by (metric) ({increase('weir_metrics_label_sets_refused_total')})", "{{metric}}"),
              runbook="process"),
        panel("Spans", "exported; anything else was dropped: the collector is slow, or unreachable.",
              (f"sum by (instance, result) ({rate('weir_trace_spans_total')})", "{{result}} {{instance}}"), unit="cps",
              runbook="process"),
        panel("Scrapes", "The time that a scrape takes; far below 10 s.",
              ("scrape_duration_seconds", "{{instance}}"), unit="s"),
        row("Journal"),
        panel("Commits and writes", "Writes above commits: under load many writes share a commit.",
              (f"sum by (instance) ({rate('weir_journal_commits_total')})", "commits {{instance}}"),
              (f"sum by (instance) ({rate('weir_journal_commit_writes_sum')})", "writes {{instance}}"), unit="cps",
              runbook="journal"),
        panel("Writes per commit", "1 at rest, up to hundreds under load.",
              (share(f"sum by (instance) ({rate('weir_journal_commit_writes_sum')})",
                     f"sum by (instance) ({rate('weir_journal_commit_writes_count')})"), "mean {{instance}}"),
              (quantile(0.99, "instance", "weir_journal_commit_writes"), "p99 {{instance}}"), runbook="journal"),
        panel("Time of a commit", "Some milliseconds on an SSD; above 250 ms the disk is too slow.",
              ("instance:weir_journal_commit_duration_seconds:p50_5m", "p50 {{instance}}"),
              ("instance:weir_journal_commit_duration_seconds:p99_5m", "p99 {{instance}}"), unit="s", log=True,
              runbook="journal", lines=[(0.25, "orange")]),
        panel("Time of a commit, all", "One narrow band.",
              (f"sum by (le) ({increase('weir_journal_commit_duration_seconds_bucket')})", "{{le}}"),
              kind="heatmap"),
        panel("Size", "Level once old messages are removed as fast as new ones come.",
              ("weir_journal_size_bytes", "{{instance}}"), unit="bytes", runbook="journal"),
        panel("Room left", "More than a tenth of the file system.",
              ("weir_journal_free_bytes / weir_journal_filesystem_size_bytes", "{{instance}}"), unit="percentunit",
              runbook="journal", lines=[(0.03, "red"), (0.1, "orange")]),
        panel("Used of the file system", "Level, far below 80 %.",
              ("1 - weir_journal_free_bytes / (weir_journal_filesystem_size_bytes > 0)", "{{instance}}"), unit="percentunit",
              runbook="journal"),
        panel("Writes that wait", "Near 0: what is handed over is committed within milliseconds.",
              ("weir_journal_pending_writes / (weir_journal_pending_writes_limit > 0)", "{{instance}}"), unit="percentunit",
              runbook="journal"),
        panel("Writable", "Green.", ("weir_journal_writable", "{{instance}}"), kind="state-timeline", width=12,
              runbook="journal", values=OK_BAD),
        panel("Failed commits", "0.", (f"sum by (instance) ({increase('weir_journal_errors_total')})", "{{instance}}"),
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
