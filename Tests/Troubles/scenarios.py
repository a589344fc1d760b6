"""What is done to which stage, and what is expected of the alerts: by patterns of names, as the rules choose the names."""
import dataclasses
import os
import typing

import steps
from traffic import TEMPLATE

NEVER = "never"


@dataclasses.dataclass
class Scenario:
    name: str
    title: str
    # What is done, in the words of the table.
    done: str
    script: typing.Callable
    # Seconds of health before, of trouble, and of watching after the repair.
    warm: int = 120
    lasts: int = 480
    after: int = 690
    # Alerts of which one must page within 300 s; None: it may page; NEVER: nobody may be paged.
    page: str | None = None
    # Alerts of which one must be told by mail within `told_within` seconds.
    told: str | None = None
    told_within: int = 300
    # The app, and the instance by its number, that a page must name.
    names_app: str | None = None
    names_instance: int | None = None
    # Whether nothing at all may fire.
    healthy: bool = False
    # How soon Weir itself must be well after the repair; None: it may take longer than it is watched.
    recovers_within: int | None = 330
    # Alerts that must fire until the repair, and end after it within so many seconds.
    until_repair: str | None = None
    needs: typing.Callable[[], str | None] = lambda: None

    @property
    def seconds(self):
        """How long it takes by itself."""
        return self.warm + self.lasts + self.after

    def quick(self):
        """Long enough for whatever must be told within five minutes."""
        if self.name.startswith("healthy-"):
            return self.shortened(0, 600, 0)
        return self.shortened(90, self.lasts if self.told_within > 300 else min(self.lasts, 400), 345)

    def shortened(self, warm, lasts, after):
        return dataclasses.replace(self, warm=warm, lasts=lasts, after=after)


def with_trouble(start, mend, app="main", **starting):
    """A script: usual traffic, then the trouble for its time, then the repair."""
    def script(stage, scenario):
        stage.start(**starting)
        stage.usual_traffic()
        stage.wait(scenario.warm)
        stage.trouble(app)
        start(stage)
        stage.wait(scenario.lasts)
        mend(stage)
        stage.repaired()
        stage.wait(scenario.after)
    return script


def mountable():
    return None if os.geteuid() == 0 and os.path.exists("/dev/loop-control") else "it needs root and loop devices"


ALL = [
    Scenario(
        "secret", "AppSecret reset", "WeChat knows main by another AppSecret and kills its token; the repair: the new secret and a reload",
        with_trouble(steps.reset_secret, steps.give_secret),
        page="Held|Token|Failing|Waiting", names_app="main"),
    Scenario(
        "hang", "WeChat hangs", "no call of any app is answered for 11 minutes",
        with_trouble(steps.hang, steps.end_faults, app=""), lasts=660,
        page="Burn|Waiting|Breaker|Failing|Relay"),
    Scenario(
        "short", "WeChat hangs for a short time", "no call of any app is answered for 4 minutes",
        with_trouble(steps.hang, steps.end_faults, app=""), lasts=240),
    Scenario(
        "disk", "The disk is full", "the journal's file system, 40 GiB, has no byte left; the repair: the file that fills it goes",
        steps.full_disk, page="Journal|NotAccepted|Disk|Acceptance", needs=mountable),
    Scenario(
        "quota", "45009, work waits", "main's template messages have used up WeChat's daily quota; the repair: quota, and `resume`",
        with_trouble(lambda stage: stage.main.daily(TEMPLATE, 0), steps.give_quota),
        told="Quota", names_app="main"),
    Scenario(
        "quota-relay", "45009, relayed calls alone", "the same for an api that main's callers use through the relay alone",
        steps.relayed_quota, told="Quota|Relay", names_app="main"),
    Scenario(
        "rival", "A rival", "somebody else refreshes main's token by force, every 50 s; the repair: it stops",
        steps.rival, lasts=300, told="Token"),
    Scenario(
        "over-rate", "A client over its rate", "a client with rate 2/s posts 6 messages a second, in a loop, for 14 minutes",
        steps.over_rate, lasts=840, page=NEVER, told="OverRate", told_within=840),
    Scenario(
        "kill", "kill -9, four times", "once a minute; started again after 3 s, as by a service manager",
        steps.kills, lasts=240, told="Restarting|Down|Unclean"),
    Scenario(
        "down", "Weir is down", "kill -9, and nobody starts it for 6 minutes", steps.down, lasts=360, page="Down|Absent", names_instance=0),
    Scenario(
        "quiet", "A quiet user", "one message goes out; WeChat is unreachable, and two messages come, 50 s apart",
        steps.quiet, told=".", names_app="main", recovers_within=None),
    Scenario(
        "restart", "Graceful restarts under load", "twice SIGTERM and a start, with calls in flight for 9 s and others coming, while Prometheus looks",
        steps.restarts, lasts=240, page=NEVER, healthy=True),
    Scenario(
        "two-instances", "A healthy instance beside a broken one", "main's WeChat hangs for one of two instances; the other one has ten times its traffic",
        steps.two_instances, page="Burn|Waiting|Breaker|Failing|Relay", names_instance=0),
    Scenario(
        "two-apps", "Two apps, two troubles", "club's quota is used up; 90 s later main's WeChat is unreachable",
        steps.two_apps, page="Burn|Waiting|Breaker|Failing|Relay", told="Quota", names_app="main"),
    Scenario(
        "small-app", "A small app behind a large one",
        "WeChat hangs for club, which has a relayed call in five seconds; main is well, and has twenty calls and messages a second",
        steps.small_app, told=".", names_app="club"),
    Scenario(
        "reload", "A refused file", "the configuration file is broken for 20 minutes",
        with_trouble(steps.break_file, steps.mend_file, app=""), lasts=1200, after=300, page=NEVER, told="Reload",
        until_repair="Reload"),
    Scenario(
        "healthy-10-a-day", "Healthy, 10 messages a day", "", steps.healthy(0), healthy=True, lasts=1800, after=0, warm=0),
    Scenario(
        "healthy-5", "Healthy, 5 messages a second", "", steps.healthy(5), healthy=True, lasts=1800, after=0, warm=0),
    Scenario(
        "healthy-200", "Healthy, 200 messages a second", "", steps.healthy(200), healthy=True, lasts=1800, after=0, warm=0),
]
BETWEEN = "3 % of the users have unfollowed; a restart at a third and at two thirds of the time, a reload before and after each"
for each in ALL:
    if each.name.startswith("healthy-"):
        each.page, each.done = NEVER, BETWEEN

# A few minutes: that the stage stands, that a page comes in time, and that health is silent.
SMOKE = {"secret": (45, 200, 60), "disk": (45, 200, 60), "healthy-10-a-day": (0, 240, 0)}
