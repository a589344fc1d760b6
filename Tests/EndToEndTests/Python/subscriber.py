"""Stands for subscribers and for clients that hear of their messages' ends: subscriber.py SECRET.

Takes every POST, checks its signature by itself, and answers by the path: /ok/... with 200, /hang/... never, /fail/N/... N times with 500 and then
with 200, /status/N/... with that status, /moved/... with a redirect to /ok/moved. GET /received shows what came. Says where it listens in its
first line."""
import hashlib
import hmac
import http.server
import json
import sys
import threading
import time

secret = sys.argv[1].encode()
lock = threading.Lock()
received = []
failures = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with lock:
            body = json.dumps({"received": received}).encode()
        self.answer(200, body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        timestamp = self.headers["X-Weir-Timestamp"]
        digest = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        is_signed = self.headers["X-Weir-Signature"] == "v1=" + digest and abs(time.time() - int(timestamp)) < 60
        parts = self.path.split("?")[0].split("/")[1:]
        status = 200
        with lock:
            if parts[0] == "fail":
                left = failures.setdefault(self.path, int(parts[1]))
                failures[self.path] = left - 1
                status = 500 if left > 0 else 200
            if parts[0] == "status":
                status = int(parts[1])
            if parts[0] == "moved":
                status = 307
            received.append({
                "path": self.path, "signed": is_signed, "status": status, "type": self.headers["Content-Type"],
                "delivery": self.headers["X-Weir-Delivery"], "body": json.loads(body),
            })
        if parts[0] == "hang":
            time.sleep(3600)
        headers = [("Location", "/ok/moved")] if status == 307 else []
        self.answer(status, b"", headers)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
