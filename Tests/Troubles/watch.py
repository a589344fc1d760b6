"""Looks at Prometheus' and Alertmanager's alerts and at the phones, and remembers when each said what."""
import http.client
import threading
import time

from desks import template_text
from processes import get_json

EVERY = 2
LOST = (OSError, http.client.HTTPException, ValueError, KeyError)


class Watch:
    """All times are the machine's monotonic ones, until `observations` counts them from the trouble's beginning."""

    def __init__(self, stage):
        self.stage, self.lock, self.ends = stage, threading.Lock(), threading.Event()
        self.alerts, self.marks, self.shown, self.since = {}, [], [], {}
        self.always, self.failures, self.looks, self.began = set(), 0, 0, time.monotonic()

    def start(self):
        rules = get_json(f"{self.stage.prometheus}/api/v1/rules?type=alert")["data"]["groups"]
        # The heartbeat: an alert that is there to fire always.
        self.always = {rule["name"] for group in rules for rule in group["rules"] if rule["query"].replace(" ", "") == "vector(1)"}
        self.count = sum(len(group["rules"]) for group in rules)
        threading.Thread(target=self.run, daemon=True).start()

    def stop(self):
        self.ends.set()

    def mark(self, kind, app):
        with self.lock:
            self.marks.append({"kind": kind, "app": app, "at": time.monotonic()})

    def run(self):
        while not self.ends.wait(EVERY):
            for look in (self.look_at_prometheus, self.look_at_alertmanager, self.look_at_phones, self.look_at_recovery):
                try:
                    look()
                except LOST:
                    self.failures += 1
            self.looks += 1

    # Prometheus

    def look_at_prometheus(self):
        alerts = get_json(f"{self.stage.prometheus}/api/v1/alerts")["data"]["alerts"]
        now = time.monotonic()
        with self.lock:
            firing = set()
            for alert in alerts:
                entry = self.entry(alert["labels"])
                if alert["state"] == "pending":
                    entry.setdefault("pending", now)
                else:
                    firing.add(self.key(alert["labels"]))
                    if not entry["fired"] or entry["fired"][-1]["until"] is not None:
                        texts = alert.get("annotations", {})
                        entry["fired"].append({"from": now, "until": None})
                        entry["texts"] = {name: texts.get(name) for name in ("summary", "description", "phone", "phone_zh")}
            for key, entry in self.alerts.items():
                if key not in firing and entry["fired"] and entry["fired"][-1]["until"] is None:
                    entry["fired"][-1]["until"] = now

    def key(self, labels):
        return tuple(sorted(labels.items()))

    def entry(self, labels):
        return self.alerts.setdefault(self.key(labels), {"labels": labels, "fired": [], "muted": [], "texts": {}})

    # Alertmanager

    def look_at_alertmanager(self):
        alerts = get_json(f"{self.stage.alertmanager}/api/v2/alerts")
        now = time.monotonic()
        by_fingerprint = {alert["fingerprint"]: alert["labels"] for alert in alerts}
        with self.lock:
            muted = set()
            for alert in alerts:
                sources = alert["status"]["inhibitedBy"]
                if alert["status"]["state"] != "suppressed" or not sources:
                    continue
                muted.add(self.key(alert["labels"]))
                entry = self.entry(alert["labels"])
                if not entry["muted"] or entry["muted"][-1]["until"] is not None:
                    entry["muted"].append({"from": now, "until": None, "by": []})
                known = entry["muted"][-1]["by"]
                known += [by_fingerprint[source] for source in sources
                          if source in by_fingerprint and by_fingerprint[source] not in known]
            for key, entry in self.alerts.items():
                if key not in muted and entry["muted"] and entry["muted"][-1]["until"] is None:
                    entry["muted"][-1]["until"] = now

    # Phones

    def look_at_phones(self):
        """What Weir's own alert messages made the phones show."""
        for app in sorted(self.stage.alerts.apps):
            sandbox = self.stage.sandboxes[app]
            if not sandbox.program.is_running:
                continue
            try:
                page = get_json(f"{sandbox.url}/_sandbox/deliveries?since={self.since.get(app, 0)}&limit=20000")
            except LOST:
                continue
            now = time.monotonic()
            with self.lock:
                self.since[app] = page["next"]
                for delivery in page["deliveries"]:
                    if delivery.get("openid") in self.stage.alerts.phones:
                        self.shown.append({"at": now, "where": f"phone ({app})", "text": template_text(delivery.get("body"))})

    def forget_phone(self, app):
        """The sandbox is gone, and counts anew when it returns."""
        with self.lock:
            self.since[app] = 0

    # Recovery

    def look_at_recovery(self):
        """After the repair: whether nothing of a trouble is left in any gateway, by its own account."""
        with self.lock:
            kinds = {mark["kind"] for mark in self.marks}
        if "repair" not in kinds or "recovery" in kinds:
            return
        states = [get_json(f"http://127.0.0.1:{gateway.admin}/v1/state")["data"] for gateway in self.stage.gateways]
        if not any(is_troubled(state) for state in states):
            self.mark("recovery", "")

    # What was seen

    def observations(self):
        """Everything, in seconds since the last trouble began (or since the stage was ready)."""
        with self.lock, self.stage.mail.lock, self.stage.web.lock:
            zero = next((mark["at"] for mark in reversed(self.marks) if mark["kind"] == "trouble"), self.began)
            beats = [post["at"] for post in self.stage.web.posts if "heartbeat" in post["path"]]
            robots = [{"at": post["at"], "where": robot(post["path"]), "text": post["text"]}
                      for post in self.stage.web.posts if "heartbeat" not in post["path"] and post["text"]]
            return {
                "marks": relative(self.marks, zero), "ended": round(time.monotonic() - zero, 1),
                "alerts": [relative(entry, zero) for entry in self.alerts.values()],
                "mails": relative(self.stage.mail.mails, zero),
                "shown": relative(sorted(self.shown + robots, key=lambda entry: entry["at"]), zero),
                "longest_without_heartbeat": round(max((b - a for a, b in zip(beats, beats[1:])), default=0), 1),
                "always": sorted(self.always), "rules": self.count, "traffic": self.stage.traffic.counts,
                "looks": self.looks, "failed_looks": self.failures, "pager": self.stage.pager,
                "instances": [f"127.0.0.1:{gateway.admin}" for gateway in self.stage.gateways],
                "notes": self.stage.notes,
            }


def is_troubled(state):
    return (
        any(breaker["state"] != "closed" for breaker in state["breakers"])
        or any(app.get("hold") or app.get("held") or app.get("token_fault") for app in state["apps"])
        or any(lane.get("waits_for") not in (None, "rate_limited", "concurrency", "scheduled") for lane in state["lanes"])
        or not state["journal"]["writable"])


def robot(path):
    """Whose address that is."""
    return "DingTalk" if "/robot/send" in path else "WeCom" if "webhook/send" in path or "/message/send" in path else (
        "Feishu" if "bot/v2/hook" in path else "webhook")


TIMES = ("at", "from", "until", "pending")


def relative(thing, zero):
    if isinstance(thing, list):
        return [relative(each, zero) for each in thing]
    if isinstance(thing, dict):
        return {name: round(value - zero, 1) if name in TIMES and value is not None else relative(value, zero)
                for name, value in thing.items()}
    return thing
