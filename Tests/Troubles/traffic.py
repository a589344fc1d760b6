"""Paced callers: each stream makes calls at its rate, whatever becomes of them, and counts the answers."""
import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

TEMPLATE = "/cgi-bin/message/template/send"
CUSTOM = "/cgi-bin/message/custom/send"
USER = "/cgi-bin/user/info"
PRIORITIES = ["urgent", "high", "normal", "normal", "low"]
# Calls of a stage that wait for answers at once; what is due beyond that is counted as skipped.
WORKERS = 48


class Line(threading.local):
    """A thread's kept connections, by port."""

    def __init__(self):
        self.connections = {}

    def call(self, port, method, target, body, headers, timeout):
        for again in (True, False):
            connection = self.connections.get(port)
            kept = connection is not None
            if not kept:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
            try:
                connection.request(method, target, body, headers)
                answer = connection.getresponse()
                data = answer.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self.connections.pop(port, None)
                # A kept connection may have been closed meanwhile: that is no answer.
                if kept and again and not isinstance(error, TimeoutError):
                    continue
                raise
            self.connections[port] = connection
            return answer.status, data


class Traffic:
    """All streams of a stage."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(WORKERS)
        self.line, self.lock = Line(), threading.Lock()
        self.counts, self.streams, self.waiting = {}, [], 0

    def count(self, stream, result):
        with self.lock:
            counts = self.counts.setdefault(stream, {})
            counts[result] = counts.get(result, 0) + 1

    def start(self, name, rate, once):
        """Calls `once(number)`, which returns how it ended, `rate` times a second until `stop`."""
        stream = Stream(self, name, rate, once)
        self.streams.append(stream)
        stream.start()
        return stream

    def submit(self, stream, once, number):
        with self.lock:
            busy = self.waiting >= WORKERS * 4
            self.waiting += not busy
        if busy:
            return self.count(stream, "skipped")
        self.pool.submit(self.run, stream, once, number)

    def run(self, stream, once, number):
        try:
            result = once(number)
        except (OSError, http.client.HTTPException, ValueError) as error:
            result = type(error).__name__
        with self.lock:
            self.waiting -= 1
        self.count(stream, str(result))

    def stop(self):
        for stream in self.streams:
            stream.ends.set()
        self.pool.shutdown(wait=False, cancel_futures=True)


class Stream(threading.Thread):
    def __init__(self, traffic, name, rate, once):
        super().__init__(daemon=True)
        self.traffic, self.title, self.rate, self.once = traffic, name, rate, once
        self.ends = threading.Event()

    def run(self):
        due, number = time.monotonic(), 0
        while not self.ends.wait(max(0, due - time.monotonic())):
            self.traffic.submit(self.title, self.once, number)
            number += 1
            # After a pause of the machine it does not catch up all at once.
            due = max(due + 1 / self.rate, time.monotonic() - 1)

    def stop(self):
        self.ends.set()


class Caller:
    """A client of one gateway: what it may call, each returning how it ended."""

    def __init__(self, traffic, gateway, key, appids):
        self.traffic, self.gateway, self.key, self.appids, self.tokens = traffic, gateway, key, appids, {}
        # Of so many calls one goes to a user who has unfollowed; 0: none.
        self.unfollowed_every = 0

    def openid(self, number):
        gone = self.unfollowed_every and number % self.unfollowed_every == self.unfollowed_every - 1
        # Each of them once: the next call to the same one would be refused by Weir itself.
        return f"o-unfollowed-{number}" if gone else f"o-user-{number % 500}"

    def call(self, method, target, body=None, headers=None, timeout=12):
        headers = {"Content-Type": "application/json", **(headers or {})}
        data = json.dumps(body).encode() if body is not None else None
        return self.traffic.line.call(self.gateway.api, method, target, data, headers, timeout)

    def message(self, app, number, priority=None):
        template = {"touser": self.openid(number), "template_id": "order", "data": {"thing1": {"value": f"Order {number}"}}}
        body = {"app": app, "type": "template", "message": template}
        body["priority"] = priority or PRIORITIES[number % len(PRIORITIES)]
        return body

    def post(self, app, number, priority=None):
        """Hands a message over: the status."""
        status, _ = self.call("POST", "/v1/messages", self.message(app, number, priority), self.authorization)
        return status

    def batch(self, app, number, size):
        items = [self.message(app, number * size + index) for index in range(size)]
        status, data = self.call("POST", "/v1/messages:batch", items, self.authorization)
        codes = {item.get("code") for item in json.loads(data)["data"]["results"]} if status == 200 else {status}
        return " ".join(sorted(str(code) for code in codes))

    @property
    def authorization(self):
        return {"Authorization": f"Bearer {self.key}"}

    def token(self, app):
        if app not in self.tokens:
            target = f"/cgi-bin/token?grant_type=client_credential&appid={self.appids[app]}&secret={self.key}"
            self.tokens[app] = json.loads(self.call("GET", target)[1])["access_token"]
        return self.tokens[app]

    def relay(self, app, number, path=CUSTOM, seconds=None):
        """One relayed call: its errcode, 0 where there is none."""
        headers = {"X-Weir-Timeout": str(seconds)} if seconds else {}
        target = f"{path}?access_token={self.token(app)}"
        if path == USER:
            status, data = self.call("GET", f"{target}&openid={self.openid(number)}", None, headers, (seconds or 5) + 5)
        else:
            body = {"touser": self.openid(number), "msgtype": "text", "text": {"content": f"hello {number}"}}
            status, data = self.call("POST", target, body, headers, (seconds or 5) + 5)
        return json.loads(data).get("errcode", 0) if status == 200 else status
