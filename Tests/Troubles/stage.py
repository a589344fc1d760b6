"""One scenario's own Weir, WeChat, Prometheus, Alertmanager and receivers, in a folder of its own."""
import datetime
import pathlib
import re
import subprocess
import time

import configuration
from configuration import KEYS
from desks import MailDesk, WebDesk
from processes import Broken, HeldPort, Program, call, eventually, get_json, listening, prometheus_port
from traffic import Caller, Traffic
from watch import Watch

# What the sandbox's accounts may do a day: more than any run asks for.
PLENTY = 2_000_000_000


class Sandbox:
    """WeChat, as one app's gateway sees it."""

    def __init__(self, stage, name):
        self.stage, self.name, self.appid, self.secret = stage, name, f"wx-{name}", f"{name}-secret-0123456789"
        self.port, self.held = 0, None
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        if self.held:
            self.held.release()
            self.held = None
        self.program = self.stage.program(
            f"sandbox-{self.name}", [self.stage.binary, "sandbox", "--listen", f"127.0.0.1:{self.port}",
                                     "--app", f"{self.appid}={self.secret}"])
        self.port = self.program.await_line(listening("sandbox"))
        self.daily("*", PLENTY)

    def stop(self):
        """Nobody listens there any more."""
        self.stage.watch.look_at_phones()
        self.program.kill()
        self.held = HeldPort(self.port)
        self.stage.watch.forget_phone(self.name)

    def fault(self, **members):
        self.ask("POST", "/_sandbox/faults", members)

    def end_faults(self):
        self.ask("DELETE", "/_sandbox/faults")

    def daily(self, path, count):
        paths = ["/cgi-bin/message/template/send", "/cgi-bin/message/custom/send", "/cgi-bin/user/info", "*"]
        self.ask("POST", "/_sandbox/config", {"daily": {each: count for each in (paths if path == "*" else [path])}})

    def ask(self, method, path, body=None):
        status, data = call(method, self.url + path, body)
        if status != 200:
            raise Broken(f"the sandbox refuses {path}: {data.decode(errors='replace')}")


class Gateway:
    """One instance of Weir. It keeps its ports over restarts."""

    def __init__(self, stage, name, sandboxes, alerts, journal=None):
        self.stage, self.name, self.api, self.admin = stage, name, 0, 0
        self.folder = stage.folder / name
        self.folder.mkdir()
        for app, sandbox in sandboxes.items():
            (self.folder / f"{app}.secret").write_text(sandbox.secret)
        self.file = self.folder / "weir.yml"
        self.file.write_text(configuration.weir_yaml(self.folder, sandboxes, alerts))
        if journal:
            (self.folder / "journal").symlink_to(journal)
        self.variables = alerts.variables
        self.start()

    def start(self):
        command = [self.stage.binary, "serve", "--config", self.file,
                   "--api", f"127.0.0.1:{self.api}", "--admin", f"127.0.0.1:{self.admin}"]
        for attempt in range(5):
            self.program = self.stage.program(self.name, command, self.variables)
            try:
                self.api = self.program.await_line(listening("api"))
                self.admin = self.program.await_line(listening("admin"))
                return
            except Broken:
                if attempt == 4:
                    raise
                self.program.stop()
                time.sleep(1)

    def crash(self):
        self.program.kill()

    def restart(self):
        """As a service manager does it."""
        self.program.stop(40)
        self.start()

    def write_secret(self, app, secret):
        (self.folder / f"{app}.secret").write_text(secret)

    def operator(self, path):
        return call("POST", f"http://127.0.0.1:{self.admin}{path}", timeout=30)[0]


class Stage:
    """Starts everything, marks when the trouble begins and ends, and keeps whoever waits from waiting for ever."""

    def __init__(self, folder, binary, scenario):
        self.folder, self.binary, self.scenario = pathlib.Path(folder), pathlib.Path(binary), scenario
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        self.programs, self.mounts, self.traffic = [], [], Traffic()
        self.mail, self.web = MailDesk(), WebDesk()
        self.watch = Watch(self)
        self.sandboxes, self.gateways, self.may_be_down = {}, [], set()
        self.notes = []

    def program(self, name, command, environment=None):
        program = Program(name, command, self.folder / "logs" / f"{name}.log", environment)
        self.programs = [other for other in self.programs if other.name != name or other.is_running] + [program]
        return program

    # What runs

    def start(self, instances=1, journal=None, own_way=()):
        """Starts the stage; apps named in `own_way` reach WeChat on each instance by a way of its own."""
        self.alerts = configuration.AlertsSection(self.web.port)
        for app in ["main", "club", *sorted(self.alerts.apps - {"main", "club"})]:
            self.sandboxes[app] = Sandbox(self, app)
        for number in range(instances):
            ways = dict(self.sandboxes)
            if number:
                ways.update({app: Sandbox(self, app) for app in own_way})
            name = "weir" if number == 0 else f"weir-{number + 1}"
            self.gateways.append(Gateway(self, name, ways, self.alerts, journal if number == 0 else None))
        self.start_alerting()
        for gateway in self.gateways:
            eventually(f"{gateway.name} is ready", lambda: call("GET", f"http://127.0.0.1:{gateway.admin}/readyz")[0] == 200)
        eventually("Prometheus has scraped Weir", self.is_scraped, 120, 1)
        self.watch.start()

    def start_alerting(self):
        shows = min(self.alerts.apps, default="main")
        text = configuration.alertmanager_yaml(self.folder, self.gateways[0].api, self.mail.port, self.web.port, shows)
        self.pager = configuration.pager_of(text)
        (self.folder / "alertmanager.yml").write_text(text)
        alertmanager = self.program("alertmanager", [
            "prometheus-alertmanager", f"--config.file={self.folder}/alertmanager.yml",
            f"--storage.path={self.folder}/alertmanager", "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="])
        port = alertmanager.await_line(prometheus_port)
        self.alertmanager = f"http://127.0.0.1:{port}"
        file = configuration.prometheus_files(self.folder)
        admins = [gateway.admin for gateway in self.gateways]
        # It scrapes itself, and learns only now by which port.
        file.write_text(configuration.prometheus_yaml(admins, 9, port))
        prometheus = self.program("prometheus", [
            "prometheus", f"--config.file={file}", f"--storage.tsdb.path={self.folder}/tsdb",
            "--web.listen-address=127.0.0.1:0", "--web.enable-lifecycle"])
        own = prometheus.await_line(prometheus_port)
        self.prometheus = f"http://127.0.0.1:{own}"
        eventually("Prometheus is ready", lambda: call("GET", f"{self.prometheus}/-/ready")[0] == 200)
        file.write_text(configuration.prometheus_yaml(admins, own, port))
        if call("POST", f"{self.prometheus}/-/reload", timeout=30)[0] != 200:
            raise Broken("Prometheus does not take its file")

    def is_scraped(self):
        targets = get_json(f"{self.prometheus}/api/v1/targets")["data"]["activeTargets"]
        up = [target for target in targets if target["labels"]["job"] == "weir" and target["health"] == "up"]
        return len(up) == len(self.gateways)

    def next_scrape(self):
        """In how many seconds Prometheus will look at the first gateway, and not within the next seven."""
        text = (self.folder / "prometheus/prometheus.yml").read_text()
        interval = int(re.search(r"scrape_interval: (\d+)s", text)[1])
        targets = get_json(f"{self.prometheus}/api/v1/targets")["data"]["activeTargets"]
        last = next(target["lastScrape"] for target in targets if target["scrapeUrl"].startswith(f"http://127.0.0.1:{self.weir.admin}/"))
        found = re.match(r"(.{19})(\.\d+)?(Z|[+-]\d\d:\d\d)", last)
        at = datetime.datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00")).timestamp() + float(found[2] or 0)
        left = interval - (time.time() - at) % interval
        return left if left > 7 else left + interval

    @property
    def weir(self):
        return self.gateways[0]

    @property
    def main(self):
        return self.sandboxes["main"]

    def caller(self, client="orders", gateway=None):
        appids = {name: sandbox.appid for name, sandbox in self.sandboxes.items()}
        return Caller(self.traffic, gateway or self.weir, KEYS[client], appids)

    def usual_traffic(self, apps=("main", "club"), gateway=None, rate=1.0):
        """Messages of all priorities and relayed calls of each app; the second app has a fifth of it."""
        caller = self.caller(gateway=gateway)
        caller.unfollowed_every = 33
        for number, app in enumerate(apps):
            pace = rate if number == 0 else rate / 5
            self.traffic.start(f"{app} messages", pace, lambda n, app=app: caller.post(app, n))
            self.traffic.start(f"{app} calls", pace, lambda n, app=app: caller.relay(app, n))
        return caller

    # Time

    def wait(self, seconds):
        """Lets time pass, and sees that all that should run does."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for name in ("prometheus", "alertmanager", *(gateway.name for gateway in self.gateways)):
                program = next((each for each in reversed(self.programs) if each.name == name), None)
                if program and not program.is_running and name not in self.may_be_down:
                    raise Broken(f"{name} ended with {program.process.returncode}: {' | '.join(program.lines()[-2:])}")
            time.sleep(min(left, 1))

    def trouble(self, app=""):
        """The trouble of an app begins, or of all."""
        self.watch.mark("trouble", app)

    def repaired(self):
        self.watch.mark("repair", "")

    def note(self, text):
        self.notes.append(text)

    def stop(self):
        self.traffic.stop()
        self.watch.stop()
        for program in reversed(self.programs):
            try:
                program.stop(5 if program.name.startswith(("weir", "sandbox")) else 20)
            except (OSError, subprocess.SubprocessError):
                pass
        for mount in self.mounts:
            subprocess.run(["umount", "-l", mount], check=False, timeout=30)
