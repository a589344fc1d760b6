"""Stand-ins for what is outside: a mail server, the service that misses the heartbeat, the robots of DingTalk, WeCom and others."""
import email
import email.policy
import http.server
import json
import re
import socketserver
import threading
import time


class _MailHandler(socketserver.StreamRequestHandler):
    timeout = 60

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self):
        try:
            self.say("220 sink")
            self.converse()
        except OSError:
            pass

    def converse(self):
        recipients = []
        while line := self.rfile.readline(65536):
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.say("250 sink")
            elif verb == b"RCPT":
                recipients.append(line.decode(errors="replace"))
                self.say("250 ok")
            elif verb == b"DATA":
                self.say("354 go on")
                self.server.desk.take(self.text(), recipients)
                recipients = []
                self.say("250 ok")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def text(self):
        lines = []
        while (line := self.rfile.readline(1 << 20)) not in (b".\r\n", b".\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


class MailDesk:
    """Takes every mail, and keeps when it came, to whom, its subject and its text."""

    def __init__(self):
        self.mails, self.lock = [], threading.Lock()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _MailHandler)
        self.server.daemon_threads = True
        self.server.desk = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, data, recipients):
        message = email.message_from_bytes(data, policy=email.policy.default)
        body = message.get_body(preferencelist=("plain", "html"))
        text = re.sub(r"<style.*?</style>|<[^>]+>", " ", body.get_content() if body else "", flags=re.DOTALL)
        subject = str(message["Subject"] or "")
        # The first of the group's labels, which Alertmanager sorts.
        words = re.search(r"\] *(\S+)", subject)
        to = " ".join(re.findall(r"<([^>]*)>", " ".join(recipients)))
        with self.lock:
            self.mails.append({
                "at": time.monotonic(), "to": to, "subject": subject, "alertname": words.group(1) if words else "",
                "firing": subject.startswith("[FIRING"), "text": re.sub(r"\s+", " ", text)[:4000]})


class _WebHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.desk.take(self.path, body)
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        # What each of the robots, and the service that gives out WeCom's tokens, says when all is well.
        data = json.dumps({
            "errcode": 0, "errmsg": "ok", "code": 0, "msg": "success", "access_token": "t", "expires_in": 7200}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class WebDesk:
    """Takes every POST; what is a robot's is told apart from the heartbeat by its path."""

    def __init__(self):
        self.posts, self.lock = [], threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _WebHandler)
        self.server.daemon_threads = True
        self.server.desk = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, body):
        path = path.split("?")[0]
        try:
            text = shown_text(json.loads(body))
        except (ValueError, AttributeError):
            text = ""
        with self.lock:
            self.posts.append({"at": time.monotonic(), "path": path, "text": text})


def shown_text(body):
    """What a group sees of a robot's message: the longest text in it, wherever the vendor has it."""
    if isinstance(body, str):
        return body
    parts = body.values() if isinstance(body, dict) else body if isinstance(body, list) else []
    return max((shown_text(part) for part in parts), key=len, default="")


def template_text(body):
    """What a phone shows of a template message: its variables, in order."""
    data = (body or {}).get("data") or {}
    if data:
        return " · ".join(str(entry.get("value", "")) for entry in data.values() if isinstance(entry, dict))
    return shown_text(body or {})
