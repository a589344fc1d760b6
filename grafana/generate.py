#!/usr/bin/env python3
"""Writes the dashboards and their documentation from the tables in panels.py.

    python3 grafana/generate.py            writes grafana/dashboards/*.json and docs/dashboards.md
    python3 grafana/generate.py --check    writes nothing; exit 1 if one of them is not what it would write

Needs nothing but Python 3.9 and gives the same bytes every time.
"""

import json
import pathlib
import sys

from panels import ANNOTATIONS, DASHBOARDS, RUNBOOKS, VARIABLES

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
HEIGHTS = {"stat": 4, "row": 1}
WIDTHS = {"stat": 4, "row": 24}


def thresholds(steps):
    colours = [{"color": "green", "value": None}]
    colours += [{"color": colour, "value": value} for value, colour in steps]
    return {"mode": "absolute", "steps": colours}


def field_config(panel):
    defaults = {"unit": panel.get("unit", "short"), "min": 0}
    if "steps" in panel:
        defaults["thresholds"] = thresholds(panel["steps"])
        defaults["color"] = {"mode": "thresholds"}
    if "values" in panel:
        options = {str(value): {"text": text, "color": colour, "index": index}
                   for index, (value, text, colour) in enumerate(panel["values"])}
        defaults["mappings"] = [{"type": "value", "options": options}]
    if panel["kind"] == "timeseries":
        stacked = panel.get("stack", False)
        defaults["custom"] = {
            "drawStyle": "line",
            "fillOpacity": 30 if stacked else 5,
            "lineWidth": 1,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        }
        if panel.get("log"):
            defaults["custom"]["scaleDistribution"] = {"type": "log", "log": 10}
            del defaults["min"]
    return {"defaults": defaults, "overrides": []}


def options(kind):
    if kind == "timeseries":
        return {
            "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    if kind == "stat":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "background", "graphMode": "none", "justifyMode": "auto", "textMode": "auto",
        }
    if kind == "state-timeline":
        return {
            "mergeValues": True, "showValue": "never", "rowHeight": 0.8,
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "single", "sort": "none"},
        }
    if kind == "heatmap":
        return {
            "calculate": False,
            "color": {"mode": "scheme", "scheme": "Oranges", "scale": "exponential", "exponent": 0.5, "steps": 64},
            "cellGap": 1, "yAxis": {"unit": "s", "axisPlacement": "left"},
            "legend": {"show": True}, "tooltip": {"show": True, "yHistogram": False},
        }
    return {"showHeader": True, "cellHeight": "sm"}


def target(index, query, legend, kind):
    built = {"datasource": SOURCE, "refId": chr(ord("A") + index), "expr": query, "legendFormat": legend, "editorMode": "code"}
    if kind == "heatmap":
        built.update(format="heatmap", range=True, instant=False)
    elif kind == "table":
        built.update(format="table", range=False, instant=True)
    else:
        built.update(format="time_series", range=True, instant=False)
    return built


def panel_json(panel, number, place):
    kind = panel["kind"]
    if kind == "row":
        return {"id": number, "type": "row", "title": panel["title"], "collapsed": False, "gridPos": place, "panels": []}
    built = {
        "id": number,
        "type": kind,
        "title": panel["title"],
        "description": panel["see"],
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": field_config(panel),
        "options": options(kind),
        "targets": [target(i, query, legend, kind) for i, (query, legend) in enumerate(panel["queries"])],
    }
    if "runbook" in panel:
        title, path = panel["runbook"], RUNBOOKS + panel["runbook"] + ".md"
        built["links"] = [{"title": f"Runbook: {title}", "url": path, "targetBlank": True}]
    if kind == "table":
        built["transformations"] = [{"id": "organize", "options": {"excludeByName": {"Time": True, "Value": True}}}]
    return built


def lay_out(panels):
    """From left to right, a new line where the width is used up."""
    x = y = line = 0
    for number, panel in enumerate(panels, 1):
        width = panel.get("width", WIDTHS.get(panel["kind"], 8))
        height = HEIGHTS.get(panel["kind"], 8)
        if x + width > 24:
            x, y, line = 0, y + line, 0
        yield panel_json(panel, number, {"x": x, "y": y, "w": width, "h": height})
        x, line = x + width, max(line, height)


def variable_json(name):
    variable = VARIABLES[name]
    if "query" not in variable:
        return {
            "name": name, "label": variable["label"], "type": "datasource", "query": "prometheus", "regex": "",
            "current": {}, "hide": 0, "includeAll": False, "multi": False, "options": [], "refresh": 1, "skipUrlSync": False,
        }
    return {
        "name": name, "label": variable["label"], "type": "query", "datasource": SOURCE,
        "definition": variable["query"],
        "query": {"qryType": 1, "query": variable["query"], "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "regex": "", "sort": 1, "refresh": 2, "hide": 0, "skipUrlSync": False, "options": [],
        "multi": True, "includeAll": True, "allValue": ".*",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def annotation_json(name, colour, query, title):
    return {
        "name": name, "datasource": SOURCE, "enable": True, "hide": False, "iconColor": colour,
        "expr": query, "titleFormat": title, "textFormat": "{{instance}}", "tagKeys": "", "step": "30s", "useValueForTime": False,
    }


def dashboard_json(name, dashboard):
    builtin = {
        "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
    }
    return {
        "uid": f"weir-{name}",
        "title": f"Weir / {dashboard['title']}",
        "description": dashboard["for"],
        "tags": ["weir"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "timezone": "browser",
        "time": {"from": "now-3h", "to": "now"},
        "timepicker": {},
        "fiscalYearStartMonth": 0,
        "liveNow": False,
        "id": None,
        "weekStart": "",
        "annotations": {"list": [builtin] + [annotation_json(*annotation) for annotation in ANNOTATIONS]},
        "templating": {"list": [variable_json(variable) for variable in ["datasource"] + dashboard["variables"]]},
        "links": [{
            "title": "Weir", "type": "dashboards", "tags": ["weir"], "asDropdown": True, "includeVars": True,
            "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "", "url": "",
        }],
        "panels": list(lay_out(dashboard["panels"])),
    }


def documentation():
    lines = [
        "# Dashboards",
        "",
        "Written by `python3 grafana/generate.py` from `grafana/panels.py`; change that, not this.",
        "",
        "`grafana/provisioning` hands them to a Grafana that finds this repository's `grafana/dashboards` at",
        "`/etc/grafana/dashboards/weir`. They need Grafana 10 or newer, and a Prometheus with the rules of `prometheus/rules`.",
        "Vertical lines mark breakers that opened, configurations loaded or refused, and restarts.",
        "",
    ]
    for name, dashboard in DASHBOARDS.items():
        lines += [f"## {dashboard['title']}", "", dashboard["for"], ""]
        shown = [VARIABLES[variable]["label"] for variable in dashboard["variables"]]
        lines += [f"Choose: {', '.join(shown)}. File: `grafana/dashboards/{name}.json`.", ""]
        for panel in dashboard["panels"]:
            if panel["kind"] == "row":
                if lines[-1]:
                    lines.append("")
                lines += [f"### {panel['title']}", ""]
                continue
            link = f" [Runbook](runbooks/{panel['runbook']}.md)." if "runbook" in panel else ""
            lines.append(f"- **{panel['title']}**: {panel['see']}{link}")
        lines.append("")
    return "\n".join(lines)


def main():
    wanted = {ROOT / "docs/dashboards.md": documentation()}
    for name, dashboard in DASHBOARDS.items():
        text = json.dumps(dashboard_json(name, dashboard), indent=2, ensure_ascii=False) + "\n"
        wanted[ROOT / "grafana/dashboards" / f"{name}.json"] = text
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    stray = sorted(set((ROOT / "grafana/dashboards").glob("*.json")) - set(wanted))
    if "--check" in sys.argv[1:]:
        for path in stale + stray:
            print(f"{path.relative_to(ROOT)} is not what grafana/generate.py writes", file=sys.stderr)
        return 1 if stale or stray else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
