"""The table of docs/troubles.md, made of what a run saw."""
import datetime
import os
import re
import subprocess

import judge
from processes import ROOT

PAGE = ROOT / "docs/troubles.md"
BEGIN = "<!-- Made by Tests/Troubles/run: what is changed here is lost. -->"
END = "<!-- The end of what Tests/Troubles/run makes. -->"
SHOWN, WIDTH = 6, 120


def output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=ROOT, check=False)
    except OSError:
        return ""
    return (done.stdout or done.stderr).strip()


def made_by(options):
    """A sentence about when, from what and how the table was made."""
    commit = output("git", "rev-parse", "--short=10", "HEAD")
    changed = " with changes" if output("git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/troubles.md") else ""
    programs = [re.search(r"^(\w+), version ([\d.]+)", output(name, "--version")) for name in ("prometheus", "prometheus-alertmanager")]
    versions = " and ".join(f"{found[1].capitalize()} {found[2]}" for found in programs if found)
    kind = "release" if "release" in str(options.binary) else "debug"
    day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return (f"Made on {day} from commit `{commit}`{changed} by `Tests/Troubles/run`, with a {kind} build, {versions}, on "
            f"{os.cpu_count()} cores, {options.jobs} scenarios at a time{', with shorter times (`--quick`)' if options.quick else ''}.")


def cell(lines):
    return "<br>".join(line.replace("|", "\\|").replace("\n", " ") for line in lines) or "–"


def name_of(labels):
    app = judge.app_of(labels)
    return labels["alertname"] + (f" ({app})" if app else "")


def short(seconds):
    return f"{seconds:.0f} s"


def alerts_cell(seen):
    """Each alert by name and app: when it first fired, and what muted it."""
    rows = {}
    for at, alert, _ in judge.firings(seen):
        row = rows.setdefault(name_of(alert["labels"]), {"at": at, "severity": set(), "by": set(), "free": False})
        row["severity"].add(alert["labels"].get("severity", ""))
        by = {source["alertname"] for span in alert["muted"] for source in span["by"]}
        row["by"] |= by
        row["free"] |= not by
    lines = []
    for name, row in rows.items():
        critical = "**" if "critical" in row["severity"] else ""
        muted = f", muted by {', '.join(sorted(row['by']))}" if row["by"] and not row["free"] else ""
        lines.append(f"{short(row['at'])} {critical}{name}{critical}{muted}")
    return cell(lines)


def told_cell(seen):
    """The mails that brought something new: to the pager first of all."""
    paged = {id(mail) for _, _, mail in judge.pages(seen)}
    return cell([
        f"{short(mail['at'])} {'**page** ' if id(mail) in paged else ''}{mail['alertname']}"
        for mail in judge.news(seen) if mail["alertname"] not in seen["always"]])


def plain(text):
    """Without markdown, whose links lead to ports that are gone, and without the ends of lines."""
    text = re.sub(r"\[([^\]]*)\]\(https?://[^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*#>`]+", "", text).replace("<", "&lt;").split())


def shown_cell(seen):
    """The first texts on a phone and in a group, one of each kind of text."""
    lines, known = [], set()
    heartbeat = "|".join(seen["always"]) or "$^"
    for entry in seen["shown"]:
        text = plain(entry["text"])
        if not text or text in known or re.search(heartbeat, text):
            continue
        known.add(text)
        lines.append(f"{short(entry['at'])} {entry['where']}: {text[:WIDTH] + ('…' if len(text) > WIDTH else '')}")
    more = len(lines) - SHOWN
    return cell(lines[:SHOWN] + ([f"and {more} more"] if more > 0 else []))


def ends_cell(seen):
    repair = judge.marks(seen, "repair")
    if not repair:
        return "–"
    ends = {}
    for _, alert, span in judge.firings(seen):
        name = name_of(alert["labels"])
        known = ends.setdefault(name, span["until"])
        ends[name] = None if span["until"] is None or known is None else max(known, span["until"])
    left = [name for name, until in ends.items() if until is None]
    lines = [f"{until - repair[0]:+.0f} s {name}" for name, until in ends.items() if until is not None]
    if left:
        lines.append(f"not within {seen['ended'] - repair[0]:.0f} s: {', '.join(left)}")
    if recovery := judge.marks(seen, "recovery"):
        lines.insert(0, f"Weir has recovered {recovery[0] - repair[0]:.0f} s after the repair")
    else:
        lines.insert(0, "Weir has not recovered: what waits comes again by its retry class")
    return cell(lines)


def verdict_cell(result):
    return cell(["as it must be"] if not result["problems"] else [f"✗ {problem}" for problem in result["problems"]])


def table(results, options):
    lines = [BEGIN, "", made_by(options), ""]
    seen = [result for result in results if result.get("seen")]
    if seen:
        lines += ["| | first told | page | first shown | all ended | as it must be |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [overview(result, result["seen"]) for result in seen] + [""]
    for result in seen:
        lines += [f"## {result['title']}", "", result["done"][0].upper() + result["done"][1:] + "."]
        lines += [f"({note[0].upper()}{note[1:]}.)" for note in result["seen"]["notes"]]
        lines += ["", *rows(result, result["seen"]), ""]
    missing = [f"{result['name']} ({result['problems'][0]})" for result in results if not result.get("seen")]
    if missing:
        lines += [f"Without a result: {'; '.join(missing)}.", ""]
    return "\n".join(lines + [END, ""])


def overview(result, seen):
    """One line: the mail, the page and the text that came first, and how long after the repair the last alert ended."""
    told, pages = judge.told(seen, "."), judge.pages(seen)
    shown = min((entry["at"] for entry in seen["shown"] if entry["text"]), default=None)
    repair, untils = judge.marks(seen, "repair"), [span["until"] for _, _, span in judge.firings(seen)]
    ended = "–"
    if repair and untils:
        ended = f"not within {short(seen['ended'] - repair[0])}" if None in untils else short(max(0, max(untils) - repair[0]))
    anchor = re.sub(r"[^\w -]", "", result["title"].lower()).replace(" ", "-")
    page = f"{short(pages[0][0])} {pages[0][1]}" if pages else "–"
    times = [short(at) if at is not None else "–" for at in (told, shown)]
    verdict = "yes" if not result["problems"] else f"**no** ({len(result['problems'])})"
    return f"| [{result['title']}](#{anchor}) | {times[0]} | {page} | {times[1]} | {ended} | {verdict} |"


def rows(result, seen):
    if result["name"].startswith("healthy") and not judge.firings(seen):
        minutes = f"{seen['ended'] / 60:.0f} minutes"
        return [f"{minutes}, {seen['rules']} rules: no alert but {', '.join(seen['always'])}, whose longest pause was "
                f"{short(seen['longest_without_heartbeat'])}. Answers: {answers(seen)}."]
    return [
        "| | |", "| --- | --- |", f"| alerts that fire | {alerts_cell(seen)} |", f"| mails | {told_cell(seen)} |",
        f"| shown | {shown_cell(seen)} |", f"| end, from the repair on | {ends_cell(seen)} |", f"| verdict | {verdict_cell(result)} |"]


def answers(seen):
    counts = {}
    for results in seen["traffic"].values():
        for name, count in results.items():
            counts[name] = counts.get(name, 0) + count
    return ", ".join(f"{name} × {count:,}" for name, count in sorted(counts.items(), key=lambda each: -each[1]))


def write(results, options):
    """Puts the table into the page, between its markers."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + table(results, options).rstrip("\n") + (after or "\n"))
