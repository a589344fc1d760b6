"""Holds dashboards against Grafana's own schema: reads each into its SDK's models and writes it again.

A member that the models don't know is dropped on the way, and one of the wrong type can't be read or comes out otherwise. Prints
each difference as `file: path: what`; fails if there is one.
"""
import json
import pathlib
import re
import sys

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

# What Grafana itself writes, but its schema leaves to the data source (Prometheus' annotations) or to the page.
BEYOND = re.compile(
    r"\$\.annotations\.list\[\d+\]\.(builtIn|titleFormat|textFormat|tagKeys|step|useValueForTime)"
    r"|\$\.templating\.list\[\d+\]\.definition"
)


def differences(given, returned, path="$"):
    if isinstance(given, dict) and isinstance(returned, dict):
        for name, value in given.items():
            if name in returned:
                yield from differences(value, returned[name], f"{path}.{name}")
            # Absent and null are the same to Grafana.
            elif value is not None and not BEYOND.fullmatch(f"{path}.{name}"):
                yield f"{path}.{name}: not known"
    elif isinstance(given, list) and isinstance(returned, list) and len(given) == len(returned):
        for index, (one, other) in enumerate(zip(given, returned)):
            yield from differences(one, other, f"{path}[{index}]")
    elif given != returned:
        yield f"{path}: {given!r} came back as {returned!r}"


plugins.register_default_plugins()
failed = 0
for name in sys.argv[1:]:
    given = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
    returned = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(given)))
    for difference in differences(given, returned):
        print(f"{pathlib.Path(name).name}: {difference}")
        failed = 1
sys.exit(failed)
