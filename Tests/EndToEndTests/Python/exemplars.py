"""Reads an OpenMetrics scrape with prometheus_client's strict parser and prints each sample that has an exemplar, as a line of JSON."""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8", newline="") as scrape:
    for family in text_string_to_metric_families(scrape.read()):
        for sample in family.samples:
            if sample.exemplar:
                print(json.dumps({
                    "name": sample.name,
                    "labels": sample.labels,
                    "exemplar": sample.exemplar.labels,
                    "value": sample.exemplar.value,
                    "has_time": sample.exemplar.timestamp is not None,
                }))
