"""What is wrong with what was seen."""
import re

import scenarios

PAGE_WITHIN = 300
# What the recovery can no longer keep from firing: a scrape and two evaluations.
GRACE = 75
# What began before the repair, and was muted, is no news any more: Alertmanager's `group_wait` of a warning, and no longer.
TOLD_GRACE = 40
APPS = ("main", "club")


def marks(seen, kind):
    return [mark["at"] for mark in seen["marks"] if mark["kind"] == kind]


def app_of(labels):
    """The app that an alert is about, if it says so."""
    return labels.get("app") or labels.get("breaker", "").split("~")[0] or None


def firings(seen):
    """Every time that an alert began to fire, oldest first, but for the heartbeat: (seconds, alert, span)."""
    spans = [(span["from"], alert, span) for alert in seen["alerts"] for span in alert["fired"]
             if alert["labels"]["alertname"] not in seen["always"]]
    return sorted(spans, key=lambda each: each[0])


def news(seen, to=""):
    """Mails to somebody about a group of alerts that there was none about."""
    known, found = set(), []
    for mail in sorted(seen["mails"], key=lambda mail: mail["at"]):
        if mail["firing"] and to in mail["to"] and subject_group(mail) not in known:
            known.add(subject_group(mail))
            found.append(mail)
    return found


def pages(seen):
    """Mails to the pager about alerts that it had none about: (seconds, alertname, mail)."""
    return [(mail["at"], mail["alertname"], mail) for mail in news(seen, seen["pager"])]


def subject_group(mail):
    """What Alertmanager grouped by, as the subject shows it before what else the alerts have in common."""
    return re.sub(r"^\[[^\]]*\] *", "", mail["subject"]).split(" (")[0]


def told(seen, pattern):
    """When the first mail came about an alert whose name matches, if one did."""
    return min((mail["at"] for mail in seen["mails"] if mail["firing"] and mail["alertname"] not in seen["always"]
                and re.search(pattern, mail["alertname"])), default=None)


def judged(scenario, seen):
    """A list of problems, empty when all is as it must be."""
    problems = []
    for judge in (judge_pages, judge_told, judge_names, judge_muted, judge_before, judge_after, judge_until_repair, judge_health):
        problems += judge(scenario, seen)
    if seen["failed_looks"] > seen["looks"]:
        problems.append(f"{seen['failed_looks']} looks at the alerts failed: what was seen is not all that was")
    return problems


def judge_pages(scenario, seen):
    found = pages(seen)
    if scenario.page is scenarios.NEVER:
        return [f"somebody is paged, for {name} after {at:.0f} s" for at, name, _ in found]
    problems = []
    repair = min(marks(seen, "repair"), default=float("inf"))
    # The one that is expected, or the first of any.
    first = next((page for page in found if not scenario.page or re.search(scenario.page, page[1])), None)
    if scenario.page and first is None:
        problems.append("nobody is paged")
    elif first and first[0] > PAGE_WITHIN:
        problems.append(f"the page comes after {first[0]:.0f} s")
    late = [page for page in found if page is not first and PAGE_WITHIN < page[0] <= repair]
    problems += [f"a further page comes after {at:.0f} s: {name}" for at, name, _ in late]
    return problems + repeated(found, repair)


def repeated(found, repair):
    """One trouble is one page: those about one app, with those about none, are about one trouble."""
    by_app = {}
    for at, name, mail in found:
        if at <= repair:
            words = subject_group(mail).split()
            by_app.setdefault(next((app for app in APPS if app in words), None), {})[name] = at
    nobodys = by_app.pop(None, {})
    groups = [{**names, **nobodys} for names in by_app.values()] or [nobodys]
    return sorted({
        f"{len(names)} pages for one trouble: " + ", ".join(f"{name} {at:.0f} s" for name, at in sorted(names.items(), key=lambda each: each[1]))
        for names in groups if len(names) > 1})


def judge_told(scenario, seen):
    if not scenario.told:
        return []
    at = told(seen, scenario.told)
    if at is None:
        return [f"nobody is told (by {scenario.told})"]
    return [f"they are told after {at:.0f} s only"] if at > scenario.told_within else []


def judge_names(scenario, seen):
    """Of what is expected, one alert that fired must name the app, or the instance, that is in trouble."""
    pattern = scenario.page if scenario.page and scenario.page is not scenarios.NEVER else scenario.told
    labels = [alert["labels"] for _, alert, _ in firings(seen) if pattern and re.search(pattern, alert["labels"]["alertname"])]
    if not labels:
        return []
    if scenario.names_app and not any(app_of(each) == scenario.names_app for each in labels):
        return [f"no alert that matters names the app {scenario.names_app}"]
    if scenario.names_instance is not None:
        broken = seen["instances"][scenario.names_instance]
        if not any(each.get("instance") == broken for each in labels):
            return ["no alert that matters names the broken instance"]
    return []


def judge_muted(_, seen):
    """An alert may be muted by a cause of its own alone."""
    problems = []
    for alert in seen["alerts"]:
        target = alert["labels"]
        for source in {tuple(sorted(by.items())) for span in alert["muted"] for by in span["by"]}:
            source, why = dict(source), None
            if app_of(source) and app_of(source) != app_of(target):
                why = f"of app {app_of(source)}, but it is about {'app ' + app_of(target) if app_of(target) else 'every app'}"
            elif source.get("instance") and target.get("instance") and source["instance"] != target["instance"]:
                why = "of another instance"
            elif source.get("severity") != "critical" and target.get("severity") == "critical":
                why = "which is no page itself"
            if why:
                problems.append(f"{target['alertname']} is muted by {source['alertname']} {why}")
    return sorted(set(problems))


def judge_before(_, seen):
    troubles = marks(seen, "trouble")
    return [f"{alert['labels']['alertname']} fires {-at:.0f} s before the trouble"
            for at, alert, _ in firings(seen) if troubles and at < min(troubles)]


def judge_after(scenario, seen):
    """Until Weir has recovered it is still in trouble, though what caused it is mended."""
    repair, recovery = marks(seen, "repair"), marks(seen, "recovery")
    if not repair:
        return []
    within = scenario.recovers_within
    if within and (not recovery or recovery[0] - repair[0] > within):
        return [f"Weir has not recovered {within} s after the repair"]
    if not recovery:
        return []
    repair, recovery = repair[0], recovery[0]
    fire = [(at, alert["labels"]["alertname"]) for at, alert, _ in firings(seen) if at > recovery + GRACE]
    # What fired before, and was muted by a cause that has ended. (What is no hurry is told minutes later anyway.)
    old = {alert["labels"]["alertname"] for at, alert, _ in firings(seen) if at < repair and alert["labels"].get("severity") != "info"}
    tell = [(mail["at"], mail["alertname"]) for mail in news(seen) if mail["at"] > recovery + TOLD_GRACE and mail["alertname"] in old]
    return [f"{name} {what} {at - repair:.0f} s after the repair, {at - recovery:.0f} s after the recovery"
            for what, found in (("begins to fire", fire), ("is first told of", tell)) for at, name in found]


def judge_until_repair(scenario, seen):
    if not scenario.until_repair:
        return []
    repair = marks(seen, "repair")[0]
    spans = [span for _, alert, span in firings(seen) if re.search(scenario.until_repair, alert["labels"]["alertname"])]
    if not any(span["from"] < repair and (span["until"] is None or span["until"] >= repair - 5) for span in spans):
        return [f"{scenario.until_repair} does not fire until the repair"]
    if any(span["until"] is None for span in spans):
        return [f"{scenario.until_repair} has not ended {seen['ended'] - repair:.0f} s after the repair"]
    return []


def judge_health(scenario, seen):
    if not scenario.healthy:
        return []
    return [f"{alert['labels']['alertname']} fires after {at:.0f} s" for at, alert, _ in firings(seen)]
