"""Stands in for the robots of DingTalk and WeCom: prints its port, then one line of JSON for each message.

    robots.py DINGTALK_TOKEN DINGTALK_SECRET WECOM_KEY

A request that is not signed as DingTalk asks for, or that has a wrong token or key, gets the vendor's errcode.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time
import urllib.parse

TOKEN, SECRET, KEY = sys.argv[1:4]


def judge(path, query):
    """The errcode of a request."""
    if path == "/cgi-bin/webhook/send":
        return 0 if query == {"key": KEY} else 93000
    if path != "/robot/send" or query.get("access_token") != TOKEN:
        return 300001
    stamp = query.get("timestamp", "")
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    if query.get("sign") != base64.b64encode(digest).decode() or abs(time.time() * 1000 - int(stamp)) > 3_600_000:
        return 310000
    return 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, strict_parsing=True))
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        errcode = judge(url.path, query)
        line = json.dumps({"path": url.path, "errcode": errcode, "body": body, "query": query})
        # At once: print writes the line's end by itself, and another thread's line may come between.
        os.write(1, f"{line}\n".encode())
        answer = json.dumps({"errcode": errcode, "errmsg": "ok" if errcode == 0 else f"refused {TOKEN} {KEY}"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    sys.exit(0)
