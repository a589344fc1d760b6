"""Makes the alert rules, recording rules and Alertmanager's routes quick enough for a test, from the files that are shipped.

    shorten.py --out FOLDER [--factor 75] [--webhook URL ... --key KEY] RULE_FILE...

Writes each rule file, and alertmanager.yml with --alertmanager, into FOLDER. Every duration is divided by the factor: `for`,
`keep_firing_for`, ranges, offsets, and what Alertmanager waits for. Thresholds are numbers in PromQL, and whether one is a
duration can't be read off it: hence every number of an expression that deals with seconds is listed below, either as one that
shrinks with the windows or as one that stays. One that is not listed, or listed and not found, is an error.
"""

import argparse
import pathlib
import re
import sys

import yaml

# By rule, then by number as it is written there.
SHRINKS = {
    "app_priority:weir_messages_waiting:now": ["60", "300"],
    "WeirMessagesWaiting": ["60", "300", "1800", "14400"],
    "WeirAppFailing": ["120", "1800"],
    "WeirQueueGrowing": ["3600"],
    "WeirJournalDiskFilling": ["3600"],
    "instance:weir_counters:known10m": ["660"],
}
STAYS = {
    # Hours, which the 3600 beside them shrinks; shares; bytes; counts.
    "WeirQueueGrowing": ["0.1", "4", "0.9"],
    "WeirJournalDiskFilling": ["4", "24", "0.5"],
    "WeirRestarting": ["3"],
    "WeirScrapeFailing": ["4", "5"],
    # A disk, WeChat and SDKs are no quicker than they are.
    "WeirJournalSlow": ["0.25"],
    "WeirRelaySlow": ["4.5", "0.1"],
    "route:weir_http_request_duration_seconds:p99_5m": ["0.99"],
    "priority:weir_queue_wait_seconds:p99_5m": ["0.99"],
    "instance:weir_journal_commit_duration_seconds:p50_5m": ["0.5"],
    "instance:weir_journal_commit_duration_seconds:p99_5m": ["0.99"],
    # Weir's own time before a token's end.
    "WeirTokenExpiring": ["240"],
    # The gateway's own forecast, by WeChat's day.
    "WeirQuotaGoneBeforeMidnight": ["14400", "86400", "28800"],
    # The calendar.
    "WeirQuotaExhausted": ["86400", "28800", "82800"],
    "WeirQuotaNotReset": ["28800", "86400", "3600"],
}
# Prometheus scrapes each second: a rate needs some samples.
SHORTEST_RANGE = 3000
# What an expression that deals with seconds has in it.
SECONDS = re.compile(r"_seconds|\btime\(|timestamp\(|predict_linear\(|\b(hour|minute|day_of_\w+)\(")
TOKEN = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<duration>(?<![\w.:])(?:\d+(?:ms|[smhdwy]))+(?![\w.:]))
      | (?P<word>[A-Za-z_:][\w:]*)
      | (?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "y": 31_536_000_000}


def milliseconds(duration):
    """A duration as Prometheus writes it."""
    parts = re.findall(r"(\d+)(ms|[smhdwy])", duration)
    if "".join(number + unit for number, unit in parts) != duration:
        sys.exit(f"not a duration: {duration}")
    return sum(int(number) * UNITS[unit] for number, unit in parts)


class Shortener:
    def __init__(self, factor, day_began):
        self.factor = factor
        self.day_began = day_began
        self.listed = {(name, number) for table in (SHRINKS, STAYS) for name in table for number in table[name]}
        self.found = set()

    def duration(self, text, least=0):
        """A duration divided by the factor, in milliseconds. 0 stays 0."""
        value = milliseconds(text)
        return f"{max(round(value / self.factor), least) if value else 0}ms"

    def number(self, name, number):
        if number in SHRINKS.get(name, []):
            self.found.add((name, number))
            return f"{float(number) / self.factor:g}"
        if number in STAYS.get(name, []):
            self.found.add((name, number))
            # Seconds to the east of Greenwich: what o'clock it is in Shanghai.
            return str(self.day_began) if number == "28800" and self.day_began is not None else number
        sys.exit(f"{name}: is {number} a duration? List it in SHRINKS or STAYS of shorten.py")

    def expression(self, name, text):
        deals_with_seconds = SECONDS.search(text)
        result = []
        for token in TOKEN.finditer(text):
            kind, word = token.lastgroup, token.group()
            if kind == "duration":
                word = self.duration(word, SHORTEST_RANGE)
            elif kind == "number" and deals_with_seconds and word not in ("0", "1"):
                word = self.number(name, word)
            result.append(word)
        return "".join(result)

    def rules(self, document):
        for group in document["groups"]:
            group.pop("interval", None)
            for rule in group["rules"]:
                rule["expr"] = self.expression(rule.get("alert") or rule["record"], rule["expr"])
                for member in ("for", "keep_firing_for"):
                    if member in rule:
                        rule[member] = self.duration(rule[member])
        return document

    def routes(self, route):
        for member in ("group_wait", "group_interval"):
            if member in route:
                # Alertmanager refuses an interval of nothing.
                route[member] = self.duration(route[member], 0 if member == "group_wait" else 500)
        for child in route.get("routes", []):
            self.routes(child)

    def alertmanager(self, document, webhooks, key):
        """The same routes and groups; every receiver has the test's webhooks, the first without a key."""
        self.routes(document["route"])
        for receiver in document["receivers"]:
            resolved = all(
                way.get("send_resolved", True) for ways in receiver.values() if isinstance(ways, list) for way in ways
            )
            name = receiver["name"]
            receiver.clear()
            receiver["name"] = name
            receiver["webhook_configs"] = [{"url": url, "send_resolved": resolved} for url in webhooks]
            for webhook in receiver["webhook_configs"][1:]:
                webhook["http_config"] = {"authorization": {"credentials": key}}
        return document


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--factor", type=int, default=75)
    parser.add_argument("--day-began", type=int, help="seconds to add to UTC in place of Shanghai's 28800")
    parser.add_argument("--alertmanager", type=pathlib.Path)
    parser.add_argument("--webhook", action="append", default=[])
    parser.add_argument("--key")
    parser.add_argument("--without-inhibition", action="store_true")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    shortener = Shortener(arguments.factor, arguments.day_began)
    for file in arguments.files:
        write(arguments.out / file.name, shortener.rules(yaml.safe_load(file.read_text())))
    if arguments.files and (lost := sorted(shortener.listed - shortener.found)):
        sys.exit(f"listed in shorten.py, but in no rule: {lost}")
    if arguments.alertmanager:
        document = yaml.safe_load(arguments.alertmanager.read_text())
        if arguments.without_inhibition:
            document.pop("inhibit_rules", None)
        write(arguments.out / "alertmanager.yml", shortener.alertmanager(document, arguments.webhook, arguments.key))


def write(path, document):
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000))


if __name__ == "__main__":
    main()
