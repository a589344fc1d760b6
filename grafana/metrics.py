"""Which labels a metric has, as docs/metrics.md and prometheus/rules say, and the selectors of an expression."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Of whatever is scraped; `cluster` where scraping gives it.
TARGET = {"cluster", "job", "instance"}
ANYBODYS = ["up", "scrape_duration_seconds"]
# A string, or a name with its matchers.
PART = re.compile(r'("(?:\\.|[^"\\])*")|([a-zA-Z_][\w:]*)(\{[^}]*\})?')


def read():
    """Each series' name, with its labels."""
    labels = dict.fromkeys(ANYBODYS, TARGET)
    text = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    for name, kind, own in re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \|([^|]*)\|", text, re.MULTILINE):
        found = TARGET | set(re.findall(r"`(\w+)`", own))
        for suffix in ["_bucket", "_sum", "_count"] if kind == "histogram" else [""]:
            labels[name + suffix] = found
    for file in sorted((ROOT / "prometheus/rules").glob("*.yml")):
        for rule in file.read_text(encoding="utf-8").split("- record: ")[1:]:
            if kept := re.search(r"\bby \(([\w, ]+)\)", rule):
                labels[rule.split("\n", 1)[0]] = set(kept[1].split(", "))
    return labels


LABELS = read()


def matcher(variable, name):
    """What makes a metric obey a variable; None where it has no such label."""
    if name == "ALERTS":
        # Alerts keep the labels of what they are about: one without an app is about all.
        return None if variable in ("api", "client") else f'{variable}=~"${variable}{"" if variable == "job" else "|"}"'
    if variable in LABELS[name]:
        return f'{variable}=~"${variable}"'
    # Named after its app: APP~HOST~GROUP.
    return 'breaker=~"($app)~.*"' if variable == "app" and "breaker" in LABELS[name] else None


def selectors(expression):
    """The name and the matchers of each."""
    return [(name, matchers) for _, name, matchers in PART.findall(expression) if name in LABELS or name == "ALERTS"]


def obeying(expression, variables):
    """The expression with each of its selectors narrowed to what is chosen."""
    def narrowed(part):
        name, own = part[2], (part[3] or "{}")[1:-1]
        if name not in LABELS and name != "ALERTS":
            if name and (own or "weir_" in name):
                raise ValueError(f"docs/metrics.md and prometheus/rules know nothing of {name}")
            return part[0]
        # The rules and the alerts know Weir's scrapes by this name; All jobs are Weir's, too.
        static = ['job="weir"'] if name in ANYBODYS or name.startswith("process_") else []
        added = [text for text in (matcher(variable, name) for variable in variables) if text]
        matchers = ", ".join(static + added + [own] * bool(own))
        return f"{name}{{{matchers}}}" if matchers else name

    return PART.sub(narrowed, expression)
