"""Programs that a scenario starts and ends, the ports that they are to keep, and calls to them that never hang."""
import ctypes
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Broken(Exception):
    """The stage, not Weir, is at fault: the scenario has no result."""


def die_with_parent():
    """A program must not outlive the scenario that started it, however that one ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """A child whose output goes to a file. To be started from the main thread, whose end is the child's."""

    def __init__(self, name, command, log, environment=None):
        self.name, self.log = name, pathlib.Path(log)
        self.began = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **(environment or {})}, preexec_fn=die_with_parent)

    def lines(self):
        with open(self.log, "rb") as text:
            text.seek(self.began)
            return text.read().decode(errors="replace").splitlines()

    @property
    def is_running(self):
        return self.process.poll() is None

    def await_line(self, find, seconds=60):
        """The first thing other than None that `find` makes of a line."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            running = self.is_running
            for line in self.lines():
                found = find(line)
                if found is not None:
                    return found
            if not running:
                raise Broken(f"{self.name} ended with {self.process.returncode}: {' | '.join(self.lines()[-3:])}")
            time.sleep(0.1)
        raise Broken(f"{self.name} did not say where it listens in {seconds} s")

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def stop(self, seconds=30):
        """SIGTERM, and SIGKILL to what does not end by it."""
        if self.is_running:
            self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()


def listening(listener):
    """Finds the port in Weir's and the sandbox's log line about a listener."""
    def find(line):
        if not line.startswith("{"):
            return None
        try:
            record = json.loads(line)
        except ValueError:
            return None
        if record.get("message") == "listening" and record.get("listener") == listener:
            return int(record["address"].rsplit(":", 1)[1])
        return None
    return find


def prometheus_port(line):
    """The same of Prometheus and Alertmanager."""
    if '"Listening on"' not in line:
        return None
    return int(line.rsplit(":", 1)[1].strip().strip('"'))


class HeldPort:
    """Keeps the port of a program that is down from others: connections to it are refused."""

    def __init__(self, port):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))

    def release(self):
        self.socket.close()


def eventually(what, look, seconds=60, every=0.2):
    """What `look` returns once it is true; failures to connect count as false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found = look()
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            found = None
        if found:
            return found
        time.sleep(every)
    raise Broken(f"{what}: not within {seconds} s")


def call(method, url, body=None, headers=None, timeout=10):
    """(status, bytes) of one HTTP call on a connection of its own."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def get_json(url, timeout=10):
    return json.loads(call("GET", url, timeout=timeout)[1])
