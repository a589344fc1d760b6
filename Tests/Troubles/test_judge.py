"""The judge must find what it is there for, and nothing in what is as it must be."""
import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import judge  # noqa: E402
import report  # noqa: E402
import scenarios  # noqa: E402

SCENARIO = scenarios.Scenario("s", "S", "s", lambda *_: None, page="Held", names_app="main")


def alert(name, start, until=None, muted_by=None, **labels):
    labels = {"alertname": name, "severity": "critical", "instance": "127.0.0.1:1", **labels}
    muted = [{"from": start, "until": until, "by": [muted_by]}] if muted_by else []
    return {"labels": labels, "fired": [{"from": start, "until": until}], "muted": muted, "texts": {}}


def mail(name, at, to="oncall@mail.example", subject=None):
    return {"at": at, "to": to, "alertname": name, "firing": True, "subject": subject or f"[FIRING:1] {name} main weir (x)"}


SEEN = {
    "marks": [{"kind": "trouble", "app": "main", "at": 0}, {"kind": "repair", "app": "", "at": 480},
              {"kind": "recovery", "app": "", "at": 490}],
    "alerts": [
        {"labels": {"alertname": "Watchdog", "severity": "info"}, "fired": [{"from": -90, "until": None}], "muted": []},
        alert("AppHeld", 77, 500, app="main"),
        alert("RefreshFailing", 137, 510, alert("AppHeld", 0, app="main")["labels"], app="main", severity="warning"),
    ],
    "mails": [mail("Watchdog", -80, "team@mail.example"), mail("AppHeld", 88)],
    "always": ["Watchdog"], "pager": "oncall@mail.example", "instances": ["127.0.0.1:1"], "failed_looks": 0, "looks": 300,
    "shown": [{"at": 90, "where": "DingTalk", "text": "### a | b\n[c](http://127.0.0.1:1/x)"}], "ended": 1200, "notes": [], "rules": 63, "traffic": {},
    "longest_without_heartbeat": 60,
}


class Judge(unittest.TestCase):
    def problems(self, change=None, **members):
        seen, scenario = copy.deepcopy(SEEN), copy.copy(SCENARIO)
        for name, value in members.items():
            setattr(scenario, name, value)
        if change:
            change(seen)
        return judge.judged(scenario, seen)

    def finds(self, words, change=None, **members):
        problems = self.problems(change, **members)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(words, problems[0])

    def test_what_is_as_it_must_be(self):
        self.assertEqual(self.problems(), [])

    def test_pages(self):
        self.finds("nobody is paged", lambda seen: seen["mails"].pop())
        self.finds("nobody is paged", lambda seen: seen["mails"][1].update(to="team@mail.example"))
        self.finds("after 301 s", lambda seen: seen["mails"][1].update(at=301))
        self.finds("further page", lambda seen: seen["mails"].append(mail("AppHeld", 301, subject="[FIRING:1] AppHeld club weir")))
        self.finds("2 pages for one trouble: AppHeld 88 s, Other 99 s", lambda seen: seen["mails"].append(mail("Other", 99)))
        self.finds("2 pages for one trouble", lambda seen: seen["mails"].append(mail("Other", 99, subject="[FIRING:1] Other weir (x)")))
        self.assertEqual(self.problems(lambda seen: seen["mails"].append(mail("Other", 99, subject="[FIRING:1] Other club weir"))), [])
        self.assertEqual(self.problems(lambda seen: seen["mails"].append(mail("AppHeld", 388))), [])
        self.finds("somebody is paged", page=scenarios.NEVER, names_app=None)
        self.finds("after 400 s", lambda seen: seen["mails"][1].update(at=400), page=None)

    def test_who_is_told_by_mail(self):
        self.finds("nobody is told", told="Quota")
        self.finds("after 88 s only", told="Held", told_within=60)
        self.assertEqual(self.problems(told="Held"), [])

    def test_what_an_alert_names(self):
        self.finds("names the app other", names_app="other")
        self.finds("broken instance", lambda seen: seen["alerts"][1]["labels"].update(instance="b"), names_instance=0)

    def test_muting(self):
        def add(source, **labels):
            return lambda seen: seen["alerts"].append(alert("Waiting", 100, 400, {"alertname": "Cause", "severity": "critical", **source}, **labels))
        self.finds("of app club", add({"app": "club"}, app="main"))
        self.finds("about every app", add({"app": "club"}))
        self.finds("of app club", add({"breaker": "club~api~message"}, app="main"))
        self.finds("another instance", add({"app": "main", "instance": "b"}, app="main"))
        self.finds("no page itself", add({"app": "main", "severity": "warning"}, app="main"))
        self.assertEqual(self.problems(add({"instance": "127.0.0.1:1"}, app="main")), [])

    def test_after_the_repair(self):
        self.finds("120 s after the repair", lambda seen: seen["alerts"].append(alert("Late", 600, app="main")))
        self.finds("120 s after the repair", lambda seen: seen["alerts"][1]["fired"].append({"from": 600, "until": 700}))
        self.assertEqual(self.problems(lambda seen: seen["alerts"].append(alert("Soon", 520, app="main"))), [])
        self.finds("is first told of 295 s after", lambda seen: seen["mails"].append(mail("RefreshFailing", 775, "team@mail.example")))

    def test_the_recovery(self):
        self.finds("has not recovered", lambda seen: seen["marks"].pop())
        self.finds("has not recovered", lambda seen: seen["marks"][2].update(at=900))
        self.assertEqual(self.problems(lambda seen: seen["marks"].pop(), recovers_within=None), [])
        self.assertEqual(self.problems(lambda seen: (
            seen["marks"][2].update(at=700), seen["alerts"].append(alert("StillTrue", 600, app="main")))), [])

    def test_until_the_repair(self):
        self.assertEqual(self.problems(until_repair="Held"), [])
        self.finds("does not fire until", lambda seen: seen["alerts"][1]["fired"][0].update(until=300), until_repair="Held")
        self.finds("has not ended", lambda seen: seen["alerts"][1]["fired"][0].update(until=None), until_repair="Held")

    def test_before_the_trouble(self):
        self.finds("50 s before the trouble", lambda seen: seen["alerts"].append(alert("Early", -50, app="main")))

    def test_health(self):
        self.assertEqual(len(self.problems(page=None, healthy=True, names_app=None)), 2)

    def test_a_watch_that_was_blind(self):
        self.finds("looks at the alerts failed", lambda seen: seen.update(failed_looks=400))

    def test_the_table_has_whole_rows(self):
        result = {"name": "s", "title": "S", "done": "s", "problems": ["x"], "seen": SEEN}
        for row in report.rows(result, SEEN):
            self.assertEqual(row.replace("\\|", "").count("|"), 3, row)
        self.assertIn("DingTalk: a \\| b c |", report.rows(result, SEEN)[4])

    def test_the_example_of_the_documentation_is_found(self):
        import configuration
        section = configuration.AlertsSection(1234)
        self.assertNotEqual(configuration.alerts_example(), configuration.ALERTS.strip())
        self.assertIn('url: "http://127.0.0.1:1234"', section.text)
        self.assertTrue(section.apps and section.phones and section.variables)


if __name__ == "__main__":
    unittest.main()
