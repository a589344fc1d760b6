"""Holds what prometheus/monitoring.py wrote against the shape of its objects, and against the shipped rules.

    monitoring.py FOLDER JOB

FOLDER is what it wrote, JOB the job that it was told. Writes the rules of each PrometheusRule as a rule file to FOLDER/extracted, for
promtool. Fails when an object has not the shape that the API takes, and when a rule was lost or changed beyond the settings.
"""
import json
import pathlib
import sys

import yaml
from jsonschema import Draft202012Validator

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"}
DURATION = {"type": "string", "pattern": "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$"}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
LABELS = {"type": "object", "additionalProperties": {"type": "string", "maxLength": 63, "pattern": "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"}}
METADATA = {
    "type": "object", "required": ["name", "namespace", "labels"], "additionalProperties": False,
    "properties": {"name": NAME, "namespace": NAME, "labels": LABELS, "annotations": TEXTS},
}


def closed(properties, *required):
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


# The parts of monitoring.coreos.com/v1 that a rule and a scrape of ours may use; an unknown member is dropped by the API, or refused.
RULE = closed({
    "alert": {"type": "string"}, "record": {"type": "string", "pattern": "^[a-zA-Z_:][a-zA-Z0-9_:]*$"}, "expr": {"type": "string", "minLength": 1},
    "for": DURATION, "keep_firing_for": DURATION, "labels": TEXTS, "annotations": TEXTS,
}, "expr")
GROUP = closed({
    "name": {"type": "string", "minLength": 1}, "interval": DURATION, "limit": {"type": "integer"}, "labels": TEXTS,
    "query_offset": DURATION, "rules": {"type": "array", "minItems": 1, "items": RULE},
}, "name", "rules")
RELABELING = closed({
    "action": {"enum": ["replace"]}, "targetLabel": {"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"}, "replacement": {"type": "string"},
}, "targetLabel", "replacement")
ENDPOINT = closed({
    "port": {"type": "string", "pattern": "^[a-z0-9-]{1,15}$"}, "path": {"type": "string"}, "interval": DURATION, "scrapeTimeout": DURATION,
    "relabelings": {"type": "array", "items": RELABELING},
}, "port", "relabelings")
SPECS = {
    "PrometheusRule": closed({"groups": {"type": "array", "minItems": 1, "items": GROUP}}, "groups"),
    "ServiceMonitor": closed({
        "namespaceSelector": closed({"matchNames": {"type": "array", "minItems": 1, "items": NAME}}),
        "selector": closed({"matchLabels": LABELS}),
        "endpoints": {"type": "array", "minItems": 1, "items": ENDPOINT},
    }, "selector", "endpoints"),
}
# What `kubectl apply` keeps of an object in an annotation, in bytes.
LARGEST = 262144


def schema(kind):
    if kind == "ConfigMap":
        version, content = "v1", {"data": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}}}
    else:
        version, content = "monitoring.coreos.com/v1", {"spec": SPECS[kind]}
    return closed({"apiVersion": {"const": version}, "kind": {"const": kind}, "metadata": METADATA, **content}, "metadata", *content)


def rules(groups):
    return [(group["name"], group.get("interval"), rule) for group in groups for rule in group["rules"]]


def expected(rule, job):
    return dict(rule, expr=rule["expr"].replace('job="weir"', f'job="{job}"'))


def main(folder, job):
    folder = pathlib.Path(folder)
    problems, kinds, found, names = [], {}, [], set()
    (folder / "extracted").mkdir()
    for path in sorted((folder / "kubernetes").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        thing = yaml.safe_load(text)
        kind = thing["kind"]
        kinds[kind] = kinds.get(kind, 0) + 1
        problems += [f"{path.name}: {error.json_path}: {error.message}" for error in Draft202012Validator(schema(kind)).iter_errors(thing)]
        if len(json.dumps(thing)) > LARGEST:
            problems.append(f"{path.name} is too large for kubectl apply")
        name = (kind, thing["metadata"]["name"])
        if name in names:
            problems.append(f"{name} twice")
        names.add(name)
        if kind == "PrometheusRule":
            found += rules(thing["spec"]["groups"])
            (folder / "extracted" / f"{path.stem}.yml").write_text(yaml.safe_dump(thing["spec"]), encoding="utf-8")
        if kind == "ConfigMap":
            for dashboard in thing["data"].values():
                if not json.loads(dashboard)["panels"]:
                    problems.append(f"{path.name} has no panels")
            if thing["metadata"]["labels"].get("grafana_dashboard") != "1":
                problems.append(f"{path.name} has not the label that Grafana's sidecar looks for")
    plain = [rule for path in sorted((folder / "rules").glob("*.yml")) for rule in rules(yaml.safe_load(path.read_text(encoding="utf-8"))["groups"])]
    sources = [*(ROOT / "alerts").glob("*.yml"), *(ROOT / "prometheus/rules").glob("*.yml")]
    shipped = [
        (group, interval, expected(rule, job))
        for path in sources for group, interval, rule in rules(yaml.safe_load(path.read_text(encoding="utf-8"))["groups"])
    ]
    order = lambda rules: sorted(rules, key=lambda each: json.dumps(each, sort_keys=True))
    for what, written in [("PrometheusRules", found), ("rule files", plain)]:
        if order(written) != order(shipped):
            problems.append(f"the {what} do not have the shipped rules")
    dashboards = len(list((ROOT / "grafana/dashboards").glob("*.json")))
    wanted = {"PrometheusRule": len(sources), "ServiceMonitor": 1, "ConfigMap": dashboards}
    if kinds != wanted:
        problems.append(f"{kinds}, not {wanted}")
    print("\n".join(problems), file=sys.stderr)
    sys.exit(bool(problems))


main(*sys.argv[1:])
