"""Reads an OpenMetrics scrape with prometheus_client's parser, which takes nothing that the specification forbids.

Prints the name of every metric family; fails where the parser does.
"""
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8", newline="") as scrape:
    for family in text_string_to_metric_families(scrape.read()):
        print(family.name)
