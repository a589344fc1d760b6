#!/usr/bin/env python3
"""Writes Weir's rules, scrape and dashboards for a monitoring that is there already (docs/monitoring.md).

    python3 prometheus/monitoring.py --to FOLDER [--job NAME] [settings]

FOLDER/rules/*.yml         for the `rule_files` of a Prometheus; the same as alerts/ and prometheus/rules/, but for the settings
FOLDER/kubernetes/*.yaml   PrometheusRule and ServiceMonitor (monitoring.coreos.com/v1) and a ConfigMap for each dashboard

Needs PyYAML (`make monitoring` has it) and gives the same bytes every time.
"""

import argparse
import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = {"recording": "prometheus/rules", "alerts": "alerts"}
RUNBOOKS = "https://github.com/weir/weir/blob/main/docs/runbooks/"
# As the shipped rules select what is no metric of Weir's own: `up`, and the process's metrics.
SHIPPED_JOB = 'job="weir"'
# As Kubernetes writes names of objects; and Prometheus, of labels.
OBJECT = r"[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?"
LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*"


class Writer(yaml.SafeDumper):
    """Writes expressions and texts of several lines as they were."""


def text(dumper, value):
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


Writer.add_representer(str, text)
Writer.ignore_aliases = lambda self, data: True


def document(value):
    return yaml.dump(value, Dumper=Writer, sort_keys=False, allow_unicode=True, width=160)


def settings(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], allow_abbrev=False)
    parser.add_argument("--to", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--job", default="weir", help="the job under which Prometheus scrapes Weir, or a regular expression for several")
    parser.add_argument("--cluster", help="a label `cluster` for what is scraped, for several clusters in one place")
    parser.add_argument("--rule-label", action="append", default=[], metavar="NAME=VALUE", help="on every alert, for your routes")
    parser.add_argument("--runbooks", default=RUNBOOKS, metavar="URL", help="where your copy of docs/runbooks is; zh-CN lies below it")
    parser.add_argument("--namespace", default="monitoring", help="of all objects")
    parser.add_argument("--app-namespace", help="where Weir's Service is; default: the objects' namespace")
    parser.add_argument("--selector", action="append", metavar="NAME=VALUE", help="labels of Weir's Service; default app.kubernetes.io/name=weir")
    parser.add_argument("--port", default="admin", help="the Service's port of the admin listener, by name")
    parser.add_argument("--interval", default="15s", help="between two scrapes")
    parser.add_argument("--object-label", action="append", default=[], metavar="NAME=VALUE",
                        help="on PrometheusRule and ServiceMonitor, which your Prometheus chooses by, such as release=prometheus")
    chosen = parser.parse_args(arguments)
    chosen.rule_labels = pairs(parser, "--rule-label", chosen.rule_label, LABEL)
    chosen.object_labels = pairs(parser, "--object-label", chosen.object_label)
    chosen.selectors = pairs(parser, "--selector", chosen.selector or ["app.kubernetes.io/name=weir"])
    for name in ["namespace", "app_namespace"]:
        if not re.fullmatch(OBJECT, getattr(chosen, name) or "x"):
            parser.error(f"--{name.replace('_', '-')}: {getattr(chosen, name)!r} is no name of a namespace")
    if not chosen.job or re.search(r'["\\\n{}]', chosen.job):
        parser.error("--job: a job's name or a regular expression of names, without quotes, backslashes and braces")
    for name in set(chosen.rule_labels) & {"severity", "alertname", "cluster", "job", "instance", "app"}:
        parser.error(f"--rule-label: {name} is a label of the alerts' own")
    if not chosen.runbooks.endswith("/"):
        chosen.runbooks += "/"
    return chosen


def pairs(parser, option, texts, name=r"[-._/a-zA-Z0-9]+"):
    for text in texts:
        if not re.fullmatch(name + r"=[^\n]*", text):
            parser.error(f"{option}: {text!r} is not NAME=VALUE")
    return dict(text.split("=", 1) for text in texts)


def job_matcher(job):
    return f'job="{job}"' if re.fullmatch(r"[-_:/a-zA-Z0-9]+", job) else f'job=~"{job}"'


def adapted(rule, chosen):
    """A rule with the settings in it."""
    rule = dict(rule, expr=str(rule["expr"]).replace(SHIPPED_JOB, job_matcher(chosen.job)))
    if "alert" in rule:
        rule["labels"] = {**rule.get("labels", {}), **chosen.rule_labels}
        rule["annotations"] = {name: value.replace(RUNBOOKS, chosen.runbooks) for name, value in rule.get("annotations", {}).items()}
    return rule


def rule_files(chosen):
    """Every rule file of the repository by the name that it gets, such as alerts-queue."""
    for kind, folder in SOURCES.items():
        for path in sorted((ROOT / folder).glob("*.yml")):
            groups = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
            name = kind if path.stem == kind else f"{kind}-{path.stem}"
            yield name, [dict(group, rules=[adapted(rule, chosen) for rule in group["rules"]]) for group in groups]


def prometheus_object(kind, name, chosen, spec):
    labels = {"app.kubernetes.io/name": "weir", "app.kubernetes.io/component": "monitoring", **chosen.object_labels}
    metadata = {"name": name, "namespace": chosen.namespace, "labels": labels}
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": metadata, "spec": spec}


def service_monitor(chosen):
    # The rules go by this name, whatever the Service's is.
    relabelings = [{"action": "replace", "targetLabel": "job", "replacement": chosen.job}]
    if chosen.cluster:
        relabelings.append({"action": "replace", "targetLabel": "cluster", "replacement": chosen.cluster})
    endpoint = {"port": chosen.port, "path": "/metrics", "interval": chosen.interval, "scrapeTimeout": "10s", "relabelings": relabelings}
    return prometheus_object("ServiceMonitor", "weir", chosen, {
        "namespaceSelector": {"matchNames": [chosen.app_namespace or chosen.namespace]},
        "selector": {"matchLabels": chosen.selectors},
        "endpoints": [endpoint],
    })


def dashboard(path, chosen):
    """As the sidecar of Grafana's Helm chart finds it."""
    content = path.read_text(encoding="utf-8").replace(RUNBOOKS, chosen.runbooks)
    json.loads(content)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": f"weir-dashboard-{path.stem}",
            "namespace": chosen.namespace,
            "labels": {"app.kubernetes.io/name": "weir", "grafana_dashboard": "1"},
            "annotations": {"grafana_folder": "Weir"},
        },
        "data": {f"weir-{path.stem}.json": content},
    }


def files(chosen):
    header = "# Written by prometheus/monitoring.py; change alerts/, prometheus/rules/ or the settings, not this.\n"
    for name, groups in rule_files(chosen):
        yield f"rules/weir-{name}.yml", header + document({"groups": groups})
        yield f"kubernetes/rules-{name}.yaml", header + document(prometheus_object("PrometheusRule", f"weir-{name}", chosen, {"groups": groups}))
    # Several jobs are scraped by what scrapes them today.
    if job_matcher(chosen.job).startswith('job="'):
        yield "kubernetes/servicemonitor.yaml", header + document(service_monitor(chosen))
    for path in sorted((ROOT / "grafana/dashboards").glob("*.json")):
        yield f"kubernetes/dashboard-{path.stem}.yaml", document(dashboard(path, chosen))


def main(arguments):
    chosen = settings(arguments)
    wanted = dict(files(chosen))
    # What an older version wrote and this one does not must not stay in force.
    for stale in [*chosen.to.glob("rules/weir-*.yml"), *chosen.to.glob("kubernetes/*.yaml")]:
        if str(stale.relative_to(chosen.to)) not in wanted:
            stale.unlink()
    for name, content in wanted.items():
        path = chosen.to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    print(f"{chosen.to}: {len(wanted)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
