#!/usr/bin/env python3
"""Writes the dashboards and their documentation from the tables in panels.py.

    python3 grafana/generate.py            writes grafana/dashboards/*.json and docs/dashboards.md
    python3 grafana/generate.py --check    writes nothing; exit 1 if one of them is not what it would write

Needs nothing but Python 3.9 and gives the same bytes every time.
"""

import json
import pathlib
import sys

from metrics import obeying
from panels import ANNOTATIONS, DASHBOARDS, EVERYWHERE, RUNBOOKS, VARIABLES

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
HEIGHTS = {"stat": 4, "row": 1}
WIDTHS = {"stat": 4, "row": 24}


def thresholds(steps):
    """The first step is the colour of everything below the first number."""
    base, *others = steps
    colours = [{"color": base, "value": None}] + [{"color": colour, "value": value} for value, colour in others]
    return {"mode": "absolute", "steps": colours}


def link_to(dashboard, variable):
    """To another dashboard, with the same time and choices, and this series' value of one variable."""
    kept = [f"${{{name}:queryparam}}" for name in ["datasource"] + EVERYWHERE]
    query = "&".join(["${__url_time_range}"] + kept + [f"var-{variable}=${{__field.labels.{variable}}}"])
    return {"title": f"{DASHBOARDS[dashboard]['title']}: this {variable}", "url": f"/d/weir-{dashboard}?{query}", "targetBlank": False}


def overrides(panel):
    """Of a table: each column's name, unit and colours, and where a click on a name leads."""
    result = []
    for name, unit, steps in panel.get("columns", {}).values():
        properties = [{"id": "unit", "value": unit}]
        if steps:
            properties += [
                {"id": "thresholds", "value": thresholds(steps)},
                {"id": "color", "value": {"mode": "thresholds"}},
                {"id": "custom.cellOptions", "value": {"type": "color-background"}},
            ]
        if "none" in panel:
            nothing = {"type": "value", "options": {"0": {"text": panel["none"], "index": 0}}}
            properties.append({"id": "mappings", "value": [nothing]})
        result.append({"matcher": {"id": "byName", "options": name}, "properties": properties})
    if panel["kind"] == "table" and "drill" in panel:
        link = link_to(*panel["drill"])
        link["url"] = link["url"].replace("${__field.labels." + panel["drill"][1] + "}", "${__value.text}")
        matcher = {"id": "byName", "options": panel["drill"][1]}
        result.append({"matcher": matcher, "properties": [{"id": "links", "value": [link]}]})
    return result


def field_config(panel):
    kind = panel["kind"]
    defaults = {"unit": panel.get("unit", "short"), "min": 0}
    if "steps" in panel:
        defaults["thresholds"] = thresholds(panel["steps"])
        defaults["color"] = {"mode": "thresholds"}
    elif kind in ("stat", "bargauge"):
        # Grafana's own thresholds would be red from 80 on.
        defaults["color"] = {"mode": "fixed", "fixedColor": "text" if kind == "stat" else "blue"}
    if "values" in panel:
        options = {str(value): {"text": text, "color": colour, "index": index}
                   for index, (value, text, colour) in enumerate(panel["values"])}
        defaults["mappings"] = [{"type": "value", "options": options}]
    if "drill" in panel and kind == "timeseries":
        defaults["links"] = [link_to(*panel["drill"])]
    if kind == "timeseries":
        stacked = panel.get("stack", False)
        defaults["custom"] = {
            "drawStyle": "line",
            "fillOpacity": 30 if stacked else 5,
            "lineWidth": 1,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        }
        if "lines" in panel:
            defaults["thresholds"] = thresholds(["transparent"] + panel["lines"])
            defaults["color"] = {"mode": "palette-classic"}
            defaults["custom"]["thresholdsStyle"] = {"mode": "dashed"}
        if panel.get("log"):
            defaults["custom"]["scaleDistribution"] = {"type": "log", "log": 10}
    # A logarithm has no 0, and what may be below it is shown there.
    if panel.get("log") or panel.get("below") or kind in ("stat", "table"):
        del defaults["min"]
    return {"defaults": defaults, "overrides": overrides(panel)}


def options(panel):
    kind = panel["kind"]
    if kind == "timeseries":
        return {
            "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    if kind == "stat":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "background" if "steps" in panel else "value", "graphMode": "none", "justifyMode": "auto", "textMode": "auto",
        }
    if kind == "bargauge":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "displayMode": "basic", "orientation": "horizontal", "showUnfilled": True, "valueMode": "color",
            "minVizWidth": 0, "minVizHeight": 10,
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
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
        }
    return {"showHeader": True, "cellHeight": "sm"}


def target(index, query, legend, panel, variables):
    kind = panel["kind"]
    built = {
        "datasource": SOURCE, "refId": chr(ord("A") + index), "expr": obeying(query, variables), "legendFormat": legend,
        "editorMode": "code",
    }
    instant = kind in ("table", "bargauge")
    formats = {"heatmap": "heatmap", "table": "table"}
    built.update(format=formats.get(kind, "time_series"), range=not instant, instant=instant)
    # The dots lead to traces, as far as the data source is told where they are.
    if kind in ("timeseries", "heatmap") and ("_bucket" in query or panel.get("exemplar")):
        built["exemplar"] = True
    return built


def organized(panel):
    """A table's columns: several queries' rows in one, without what tells nothing."""
    hidden = {name: True for name in ["Time"] + panel.get("hide", [])}
    renamed = {old: name for old, (name, _, _) in panel.get("columns", {}).items()}
    merge = [{"id": "merge", "options": {}}] if len(panel["queries"]) > 1 else []
    return merge + [{"id": "organize", "options": {"excludeByName": hidden, "indexByName": {}, "renameByName": renamed}}]


def panel_json(panel, number, place, variables):
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
        "options": options(panel),
        "targets": [target(i, query, legend, panel, variables) for i, (query, legend) in enumerate(panel["queries"])],
    }
    if "runbook" in panel:
        title, path = panel["runbook"], RUNBOOKS + panel["runbook"] + ".md"
        built["links"] = [{"title": f"Runbook: {title}", "url": path, "targetBlank": True}]
    if "since" in panel:
        built["timeFrom"] = panel["since"]
    if kind == "table":
        built["transformations"] = organized(panel)
    return built


def lay_out(panels, variables):
    """From left to right, a new line where the width is used up."""
    x = y = line = 0
    for number, panel in enumerate(panels, 1):
        width = panel.get("width", WIDTHS.get(panel["kind"], 8))
        height = HEIGHTS.get(panel["kind"], 8)
        if x + width > 24:
            x, y, line = 0, y + line, 0
        yield panel_json(panel, number, {"x": x, "y": y, "w": width, "h": height}, variables)
        x, line = x + width, max(line, height)


def variable_json(name, before):
    """`before` are the variables that narrow down what this one may be."""
    variable = VARIABLES[name]
    if "query" not in variable:
        return {
            "name": name, "label": variable["label"], "type": "datasource", "query": "prometheus", "regex": "",
            "current": {}, "hide": 0, "includeAll": False, "multi": False, "options": [], "refresh": 1, "skipUrlSync": False,
        }
    query = obeying(variable["query"], before)
    return {
        "name": name, "label": variable["label"], "type": "query", "datasource": SOURCE,
        "definition": query,
        "query": {"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "regex": "", "sort": 1, "refresh": 2, "hide": 0, "skipUrlSync": False, "options": [],
        "multi": True, "includeAll": True, "allValue": variable.get("all", ".+"),
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def annotation_json(variables, name, colour, query, title, text):
    return {
        "name": name, "datasource": SOURCE, "enable": True, "hide": False, "iconColor": colour,
        "expr": obeying(query, variables), "titleFormat": title, "textFormat": text, "tagKeys": "", "step": "30s",
        "useValueForTime": False,
    }


def dashboard_json(name, dashboard):
    variables = EVERYWHERE + dashboard["variables"]
    choices = [variable_json("datasource", [])]
    choices += [variable_json(variable, variables[:index]) for index, variable in enumerate(variables)]
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
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "timezone": dashboard.get("timezone", "browser"),
        "time": {"from": "now-3h", "to": "now"},
        "timepicker": {},
        "fiscalYearStartMonth": 0,
        "liveNow": False,
        "id": None,
        "weekStart": "",
        "annotations": {"list": [builtin] + [annotation_json(variables, *annotation) for annotation in ANNOTATIONS]},
        "templating": {"list": choices},
        "links": [{
            "title": "Weir", "type": "dashboards", "tags": ["weir"], "asDropdown": True, "includeVars": True,
            "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "", "url": "",
        }],
        "panels": list(lay_out(dashboard["panels"], variables)),
    }


def documentation():
    lines = [
        "# Dashboards",
        "",
        "Written by `python3 grafana/generate.py` from `grafana/panels.py`; change that, not this.",
        "",
        "`grafana/provisioning` hands them to a Grafana that finds this repository's `grafana/dashboards` at",
        "`/etc/grafana/dashboards/weir`. They need Grafana 10 or newer, and a Prometheus with the rules of `prometheus/rules`.",
        "Vertical lines mark alerts that fire, breakers that opened, configurations loaded or refused, and restarts; dashed ones across",
        "are where an alert draws its line. What is chosen above changes every panel whose metric has the label ([metrics](metrics.md));",
        "series that alerts compare are sums over instances, and are drawn as the alerts see them. `cluster` is there where your",
        "scraping, or Prometheus' `external_labels`, gives it.",
        "",
        "Dots on times and failures are exemplars, which Prometheus keeps with `--enable-feature=exemplar-storage`. They lead to the trace",
        "and the log where `exemplarTraceIdDestinations` of the data source says so, as in `grafana/provisioning/datasources`.",
        "",
    ]
    for name, dashboard in DASHBOARDS.items():
        lines += [f"## {dashboard['title']}", "", dashboard["for"], ""]
        shown = [VARIABLES[variable]["label"].lower() for variable in EVERYWHERE + dashboard["variables"]]
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
