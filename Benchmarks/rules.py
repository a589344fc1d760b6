#!/usr/bin/env python3
"""How long a real Prometheus takes for one evaluation of each group of rules, with many apps and three days of data.

    Benchmarks/rules.py [--apps 100] [--keep FOLDER]

Prints the median and the longest prometheus_rule_group_last_duration_seconds. The history has what the rules read: the counters of the last two hours as they
are scraped every 15 s, and three days of the steps of five minutes that the long windows sum up. Needs prometheus and promtool.
"""

import argparse
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PRIORITIES = ["urgent", "high", "normal", "low"]
APIS = ["/cgi-bin/message/template/send", "/cgi-bin/message/custom/send", "/cgi-bin/user/info", "/cgi-bin/media/upload"]
TARGET = 'job="weir",instance="127.0.0.1:1"'


def series(apps):
    """(counter or step, name without _total, labels, events a minute)"""
    for number in range(apps):
        app = f'app="app{number:04}"'
        for priority in PRIORITIES:
            for result, pace in (("good", 60), ("bad", 0.01)):
                yield "weir_slo_messages", f'{app},priority="{priority}",result="{result}"', pace
        for result, pace in (("good", 60), ("bad", 0.01)):
            yield "weir_slo_acceptance", f'{app},result="{result}"', pace
            yield "weir_slo_relay", f'{app},result="{result}"', pace
        for api in APIS:
            for outcome in ("accepted", "transient", "unknown", "recipient", "request", "throttled"):
                yield "weir_upstream_requests", f'{app},api="{api}",outcome="{outcome}"', 20 if outcome == "accepted" else 0.3 * (outcome == "recipient")
            for errcode in ("43004", "48001", "-1"):
                yield "weir_upstream_errcodes", f'{app},api="{api}",errcode="{errcode}"', 0.3 * (errcode == "43004")
        for state in ("sent", "failed", "dead", "unknown", "expired", "cancelled"):
            for priority in PRIORITIES:
                yield "weir_messages_ended", f'{app},type="template",priority="{priority}",state="{state}",source="client"', 5 * (state == "sent")
        for errcode in ("990002", "990003", "990009"):
            yield "weir_relay_refusals", f'{app},errcode="{errcode}",reason="upstream"', 0


def gauges(apps):
    for number in range(apps):
        app = f'app="app{number:04}"'
        yield "weir_app_failing_since_timestamp_seconds", app, 0
        yield "weir_token_expiry_timestamp_seconds", app, "end"
        for priority in PRIORITIES:
            yield "weir_app_oldest_unsent_timestamp_seconds", f'{app},priority="{priority}"', "now"
        for reason in ("credentials", "account", "paused"):
            yield "weir_app_held", f'{app},reason="{reason}"', 0
        for api in APIS:
            for reason in ("rate_limited", "breaker_open", "quota_exhausted", "account", "credentials", "paused", "throttled"):
                yield "weir_lane_blocked", f'{app},api="{api}",reason="{reason}"', 0
    yield "weir_build_info", 'version="1"', 1
    yield "up", "", 1
    yield "weir_queue_capacity", "", 1000
    yield "weir_journal_writable", "", 1


def history(apps, end):
    """OpenMetrics text: each series in the order of time, as promtool wants it."""
    chance = random.Random(1)
    by_name = {}
    for name, labels, pace in series(apps):
        by_name.setdefault(name, []).append((labels, pace))
    for name, members in by_name.items():
        yield f"# TYPE {name} counter\n"
        for labels, pace in members:
            value = 0.0
            for at in range(end - 7200, end + 1, 15):
                value += chance.random() < pace / 4 if pace < 4 else pace / 4
                yield f"{name}_total{{{TARGET},{labels}}} {value} {at}\n"
    for name, labels, kind in gauges(apps):
        for at in range(end - 7200, end + 1, 15):
            # Also when the samples are minutes old: all is well, and no alert costs time by firing.
            value = end + 600 if kind == "now" else end + 7200 if kind == "end" else kind
            yield f"{name}{{{TARGET}{',' * bool(labels)}{labels}}} {value} {at}\n"
    steps = {}
    for name, members in by_name.items():
        if name.startswith("weir_slo_"):
            for labels, pace in members:
                level = "app_priority" if "priority=" in labels else "app"
                good = 'result="good"' in labels
                kept = re.sub(r',?result="\w+"', "", labels)
                steps.setdefault(f"{level}:{name}{'' if good else '_bad'}:step5m", []).append((kept, pace))
    for name, members in steps.items():
        for labels, pace in members:
            for at in range(end - 3 * 86400, end - 7200, 300):
                yield f"{name}{{{TARGET},{labels}}} {pace * 5} {at}\n"
    yield "# EOF\n"


def ask(port, query):
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)["data"]["result"]


def processor_time(process):
    """Seconds that a process has used, in the kernel too."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port():
    import socket
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def measure(folder, apps):
    # The evaluations follow at once, so that the last samples are still fresh.
    end = int(time.time()) + 60
    text = folder / "history.om"
    with text.open("w") as file:
        file.writelines(history(apps, end))
    print(f"history: {text.stat().st_size >> 20} MiB", file=sys.stderr)
    data = folder / "data"
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=96h", text, data], check=True,
                   stdout=subprocess.DEVNULL)
    text.unlink()
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 15s, evaluation_interval: 30s}\n"
        f"rule_files: [{ROOT}/prometheus/rules/*.yml, {ROOT}/alerts/*.yml]\n"
        f"scrape_configs: [{{job_name: prometheus, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n"
    )
    process = subprocess.Popen(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}", f"--web.listen-address=127.0.0.1:{port}",
                                "--storage.tsdb.retention.time=30d"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(5)
        seen, intervals = {}, {}
        samples = 0
        # Groups start spread over their interval, five minutes at most.
        until = time.time() + 400
        begin, cpu = time.time(), processor_time(process.pid)
        while time.time() < until:
            for result in ask(port, "prometheus_rule_group_last_duration_seconds"):
                name = result["metric"]["rule_group"].rsplit(";", 1)[1]
                # 0 before the first evaluation.
                if float(result["value"][1]):
                    seen.setdefault(name, []).append(float(result["value"][1]))
            for result in ask(port, "prometheus_rule_group_interval_seconds"):
                intervals[result["metric"]["rule_group"].rsplit(";", 1)[1]] = float(result["value"][1])
            for result in ask(port, "sum(prometheus_rule_group_last_evaluation_samples)"):
                samples = max(samples, int(float(result["value"][1])))
            time.sleep(5)
        used = (processor_time(process.pid) - cpu) / (time.time() - begin)
    finally:
        process.terminate()
        process.wait()
    medians = {name: statistics.median(values) for name, values in seen.items()}
    print("  median       max  interval  group")
    for name, seconds in sorted(medians.items(), key=lambda item: -item[1]):
        print(f"{seconds:8.3f} s{max(seen[name]):8.3f} s{intervals[name]:7.0f} s  {name}")
    print(f"{used:8.1%} of a core used by Prometheus all in all")
    print(f"{sum(medians.values()):8.3f} s all groups once; {sum(seconds / intervals[name] for name, seconds in medians.items()):.1%} of a"
          f" core; {samples} samples recorded")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--apps", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(pathlib.Path(folder), arguments.apps)


if __name__ == "__main__":
    main()
