#!/usr/bin/env python3
"""Writes prometheus/rules/slo-rates.yml, alerts/slo.yml and docs/slo.md from prometheus/slo.yml; with --check, says whether they are so."""

import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNBOOKS = "https://github.com/weir/weir/blob/main/docs/runbooks/slo.md#"
HEADER = "# Written by prometheus/generate.py from prometheus/slo.yml; change those, not this.\n"
TARGET_LABELS = ["cluster", "job", "instance"]

# Google's SRE workbook, chapter 5: (long, short, times the budget's pace, for, severity, days until 30 days' budget is gone).
BURNS = [
    ("1h", "5m", "14.4", "3m", "critical", 2),
    ("6h", "30m", "6", "3m", "critical", 5),
    ("1d", "2h", "3", "1h", "warning", 10),
    ("3d", "6h", "1", "3h", "warning", 30),
]
# What is read from the counters, and what from sums of five minutes each: three days of raw samples are too many.
RAW = ["5m", "30m", "1h"]
SUMMED = ["2h", "6h", "1d", "3d"]
HOURS_ZH = {"1h": "1 小时", "6h": "6 小时", "1d": "1 天", "3d": "3 天"}
# So many bad ones in the long window: one of twenty is 5 %, and worth nobody's night.
LEAST = 10

# As Benchmarks/rules.py measured it.
COST = [
    "The windows up to an hour are read from the counters; the longer ones sum up steps of five minutes, so that three days cost no more than",
    "a few hours of raw samples. With 100 apps of four apis and three days of data, one evaluation of all groups of this repository took",
    "Prometheus 2.42 0.79 s in all (each group at its median), 1.7 % of a core. The machine had two cores and much else to do.",
    "`Benchmarks/rules.py` measures it again.",
]

PRIORITY = "{{ $labels.priority | reReplaceAll `(urg|norm).*` `$1` }}"
# What an alert says, by the objective's name. `stopped`: where a page of its own tells that all of it stands still.
TEXTS = {
    "weir-messages": {
        "summary": "Too many {{ $labels.priority }} messages of app {{ $labels.app }} are not sent in time. Find out why: weir list --admin.",
        "summary_zh": "应用 {{ $labels.app }} 有太多 {{ $labels.priority }} 消息没能按时发出。用 weir list --admin 查明原因。",
        "of": "{{ $labels.priority }} messages of app {{ $labels.app }} at {{ $labels.instance }} broke their promise",
        "of_zh": "应用 {{ $labels.app }} 的 {{ $labels.priority }} 消息没能按时发出（{{ $labels.instance }}）",
        "phone": "{{ $labels.app }} " + PRIORITY + " SLO %s",
        "phone_zh": "{{ $labels.app }} {{ $labels.priority }}送达差%s",
        "stopped": ["app:weir_stopped:max12m", "app_priority:weir_messages_waiting:max12m"],
        "command": "weir list --admin --state pending,dead,unknown,expired --app {{ $labels.app }}",
    },
    "weir-acceptance": {
        "summary": "Weir refuses too many messages of app {{ $labels.app }} that it should take. Look at queue and journal.",
        "summary_zh": "应用 {{ $labels.app }} 的消息有太多被 Weir 拒收。请检查队列和日志库。",
        "of": "messages for app {{ $labels.app }} at {{ $labels.instance }} were refused for reasons of Weir's own",
        "of_zh": "应用 {{ $labels.app }} 的消息因 Weir 自身的原因被拒收（{{ $labels.instance }}）",
        "phone": "{{ $labels.app }} 503 SLO %s",
        "phone_zh": "{{ $labels.app }} 消息被拒收%s",
        "stopped": ["instance:weir_intake_stopped:max12m"],
    },
    "weir-relay": {
        "summary": "Too many relayed calls of app {{ $labels.app }} get no answer of WeChat's. WeirRelayRefusing names the errcode.",
        "summary_zh": "应用 {{ $labels.app }} 的转发调用有太多得不到微信的应答。错误码见 WeirRelayRefusing。",
        "of": "relayed calls of app {{ $labels.app }} at {{ $labels.instance }} got no answer of WeChat's",
        "of_zh": "应用 {{ $labels.app }} 的转发调用没有得到微信的应答（{{ $labels.instance }}）",
        "phone": "{{ $labels.app }} relay %s",
        "phone_zh": "{{ $labels.app }} 转发失败多%s",
        "stopped": ["app:weir_stopped:max12m", "instance:weir_relay_overloaded:max12m"],
    },
}


class Objective:
    def __init__(self, document):
        self.name = document["metadata"]["name"]
        spec = document["spec"]
        ratio = spec["indicator"]["ratio"]
        self.errors, self.total = ratio["errors"]["metric"], ratio["total"]["metric"]
        self.by = ", ".join(ratio["grouping"])
        self.target = spec["target"]
        self.window = spec["window"]
        self.alert = spec["alerting"]["name"]
        self.description = spec["description"]
        # 0.001, and not what binary fractions make of 1 - 0.999.
        self.budget = f"{round(100 - float(self.target), 6) / 100:g}"
        level = "_".join(label for label in ratio["grouping"] if label not in TARGET_LABELS)
        self.series = f"{level}:{re.match(r'[a-z_]+', self.total)[0].removesuffix('_total')}"
        self.text = TEXTS[self.name]

    def bad(self, operation):
        return f"{self.series}_bad:{operation}"

    def all(self, operation):
        return f"{self.series}:{operation}"


def spread(metric, window):
    """A selector of counters with its range."""
    return f"{metric}[{window}]"


def rule(record, expression):
    return f"      - record: {record}\n        expr: {expression}\n"


def ratio(objective, window):
    bad, total = objective.bad(f"increase{window}"), objective.all(f"increase{window}")
    by = objective.by
    return f"sum by ({by}) ({bad}) / (sum by ({by}) ({total}) > 0)"


def recording(objectives):
    lines = [HEADER, "groups:\n"]
    for objective in objectives:
        name, by = objective.name.removeprefix("weir-"), objective.by
        lines += [f"  - name: weir-slo-{name}.rules\n    interval: 30s\n    rules:\n"]
        # While nothing bad has happened there may be no series of it: it is 0 then.
        for window in ["2m", *RAW]:
            bad = f"sum by ({by}) (increase({spread(objective.errors, window)}))"
            total = f"sum by ({by}) (increase({spread(objective.total, window)}))"
            lines.append(rule(objective.all(f"increase{window}"), total))
            lines.append(rule(objective.bad(f"increase{window}"), f"{bad} or 0 * {objective.all(f'increase{window}')}"))
        lines += [rule(objective.bad(f"ratio_rate{window}"), ratio(objective, window)) for window in RAW]
        lines += [f"\n  # Read by the group below over ranges, so that nothing waits for the next.\n"
                  f"  - name: weir-slo-{name}-steps.rules\n    interval: 5m\n    rules:\n"]
        for series, metric in [(objective.all, objective.total), (objective.bad, objective.errors)]:
            lines.append(rule(series("step5m"), f"sum by ({by}) (increase({spread(metric, '5m')}))"))
        lines += [f"\n  - name: weir-slo-{name}-long.rules\n    interval: 2m\n    rules:\n"]
        for window in SUMMED:
            total, bad = (f"sum by ({by}) (sum_over_time({spread(series('step5m'), window)}))" for series in (objective.all, objective.bad))
            lines.append(rule(objective.all(f"increase{window}"), total))
            lines.append(rule(objective.bad(f"increase{window}"), f"{bad} or 0 * {objective.all(f'increase{window}')}"))
        lines += [rule(objective.bad(f"ratio_rate{window}"), ratio(objective, window)) for window in SUMMED]
        lines.append("\n")
    lines += ["  # WeirRecordingRulesMissing looks for it.\n  - name: weir-slo-loaded.rules\n    interval: 30s\n    rules:\n"]
    lines.append(rule("instance:weir_slo_rules:loaded", "max by (cluster, job, instance) (weir_build_info)"))
    return "".join(lines)


def faster(objective, burn):
    """A quicker burn, which has a page of its own."""
    limit = f"{burn[2]} * {objective.budget}"
    return f"{objective.bad(f'ratio_rate{burn[0]}')} > {limit} and {objective.bad(f'ratio_rate{burn[1]}')} > {limit}"


def alert(objective, burn):
    long, short, factor, wait, severity, days = burn
    text, limit = objective.text, f"{factor} * {objective.budget}"
    conditions = [f"{objective.bad(f'ratio_rate{long}')} > {limit}", f"and {objective.bad(f'ratio_rate{short}')} > {limit}"]
    if severity == "critical":
        # A page is about what goes on: the short window of half an hour would let it begin after the end.
        conditions += [f"and {objective.bad('ratio_rate5m')} > {limit}"] if short != "5m" else []
        conditions += [f"and {objective.bad('increase2m')} > 0"]
    conditions += [f"and {objective.bad(f'increase{long}')} >= {LEAST}"]
    if severity == "critical":
        # One trouble is one page: sums of five minutes come later, and would page for a quick burn as well, after its end.
        conditions += [f"unless ({faster(objective, quicker)})" for quicker in BURNS[:BURNS.index(burn)]]
        for series in text["stopped"]:
            labels = ", ".join(TARGET_LABELS + {"instance": [], "app": ["app"], "app_priority": ["app", "priority"]}[series.split(":")[0]])
            conditions += [f"unless on ({labels}) {series} == 1"]
    goal = f"{objective.window.removesuffix('d')} days"
    annotations = {
        "summary": text["summary"],
        "summary_zh": text["summary_zh"],
        "description": f"In the last {long} {{{{ $value | humanizePercentage }}}} of the {text['of']}: at the alert's pace the error"
                       f" budget of {goal} is gone in {days} days.",
        "description_zh": f"过去 {HOURS_ZH[long]}，{{{{ $value | humanizePercentage }}}} 的{text['of_zh']}：按这条告警的速度，"
                          f"{objective.window.removesuffix('d')} 天的错误预算 {days} 天就会用完。",
        "phone": text["phone"] % long,
        "phone_zh": text["phone_zh"] % long,
        "runbook_url": RUNBOOKS + objective.alert.lower(),
        **({"command": text["command"]} if "command" in text else {}),
    }
    lines = [f"      - alert: {objective.alert}", "        expr: |", *(f"          {line}" for line in conditions)]
    lines += [f"        for: {wait}", "        labels:", f"          severity: {severity}", f"          long: {long}"]
    lines += [f"          short: {short}", "        annotations:"]
    lines += [f"          {key}: {value if key == 'runbook_url' else json.dumps(value, ensure_ascii=False)}" for key, value in annotations.items()]
    return "\n".join(lines) + "\n"


def alerts(objectives):
    head = (
        HEADER + "#\n"
        "# Four windows, each with a short one of a twelfth that ends the alert soon after the cause has ended (Google's SRE workbook,\n"
        f"# chapter 5). One bad message of twenty is 5 %, so that each also asks for {LEAST} bad ones in its long window. Pages tell what goes\n"
        "# on now, and not of an app or an instance that stands still as a whole: that has a page of its own, which comes first.\n"
        "groups:\n"
    )
    groups = []
    for objective in objectives:
        rules = "".join(alert(objective, burn) for burn in BURNS)
        groups.append(f"  - name: {objective.name.replace('weir-', 'weir-slo-')}\n    rules:\n{rules}")
    return head + "\n".join(groups)


def documentation(objectives):
    lines = [
        "# Service levels", "",
        "Written by `python3 prometheus/generate.py` from `prometheus/slo.yml`; change that, not this.", "",
        "What Weir promises, each over 30 days, for every instance and app by itself. `prometheus/slo.yml` says it once, in the form that",
        "[Pyrra](https://github.com/pyrra-dev/pyrra) reads; the recording rules in `prometheus/rules/slo-rates.yml`, the alerts in `alerts/slo.yml`",
        "and this page are made of it.", "",
        "| objective | goal | told apart by | good and bad | alert |",
        "| --- | --- | --- | --- | --- |",
    ]
    for objective in objectives:
        labels = ", ".join(f"`{label}`" for label in objective.by.split(", ") if label not in TARGET_LABELS)
        lines.append(f"| {objective.name.removeprefix('weir-')} | {objective.target} % | {labels} | {objective.description}"
                     f" | [{objective.alert}](runbooks/slo.md#{objective.alert.lower()}) |")
    lines += ["", "Each alert has four windows. `long` and `short` are labels of the alert; both must be over the pace.", "",
              "| long | short | times the budget's pace | severity | at that pace 30 days' budget is gone in |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {long} | {short} | {factor} | {severity} | {days} days |" for long, short, factor, _, severity, days in BURNS]
    lines += [
        "",
        f"All ask for {LEAST} bad ones in the long window. The critical ones also ask that something has been bad in the last two minutes, so",
        "that no page begins long after the cause has ended; the slower one leaves to the quicker one what both would tell. They are silent for",
        "an app, or an instance, that stood still as a whole within the last twelve minutes: WeirAppFailing, WeirAppHeld, WeirTokenMissing,",
        "WeirMessagesWaiting (of urgent and high messages), WeirJournalNotWritable, WeirQueueFull and WeirRelayOverloaded are the pages for that.",
        "What has too little traffic for shares is told by [WeirAppFailing](runbooks/upstream.md#weirappfailing) and",
        "[WeirMessagesWaiting](runbooks/queue.md#weirmessageswaiting), which go by time.", "",
        "## How much it costs", "",
        *COST, "",
        "## The same in Pyrra", "",
        "`pyrra filesystem --config-files=prometheus/slo.yml` or `kubectl apply -f prometheus/slo.yml` take it as it is. Pyrra makes recording",
        "rules and alerts of its own, with its own names, windows and texts, without the conditions above: use either those or",
        "`alerts/slo.yml` for pages, not both.", "",
    ]
    return "\n".join(lines)


def main():
    objectives = [Objective(document) for document in yaml.safe_load_all((ROOT / "prometheus/slo.yml").read_text(encoding="utf-8"))]
    wanted = {
        ROOT / "prometheus/rules/slo-rates.yml": recording(objectives),
        ROOT / "alerts/slo.yml": alerts(objectives),
        ROOT / "docs/slo.md": documentation(objectives),
    }
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what prometheus/generate.py writes", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
