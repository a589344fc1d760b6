"""Stands in for the robots of DingTalk, WeCom and Feishu, and for an address of one's own: prints its port, then one line of JSON for
each message.

    robots.py DINGTALK_TOKEN DINGTALK_SECRET WECOM_KEYS FEISHU_TOKEN FEISHU_SECRET WEBHOOK_PASSWORD

A request that is not signed as its vendor asks for, or that has a wrong token or key, gets the vendor's errcode. WECOM_KEYS are
separated by commas.
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

TOKEN, SECRET, KEYS, FEISHU, FEISHU_SECRET, PASSWORD = sys.argv[1:7]


def judge(path, query):
    """The errcode of a request."""
    if path == "/cgi-bin/webhook/send":
        return 0 if list(query) == ["key"] and query["key"] in KEYS.split(",") else 93000
    if path != "/robot/send" or query.get("access_token") != TOKEN:
        return 300001
    stamp = query.get("timestamp", "")
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    if query.get("sign") != base64.b64encode(digest).decode() or abs(time.time() * 1000 - int(stamp)) > 3_600_000:
        return 310000
    return 0


def judge_feishu(path, body):
    """Feishu's code: its signature stands in the body, and is the MAC of nothing."""
    if path != "/open-apis/bot/v2/hook/" + FEISHU:
        return 19001
    key = f"{body.get('timestamp')}\n{FEISHU_SECRET}".encode()
    sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    if body.get("sign") != sign or abs(time.time() - int(body["timestamp"])) > 3600:
        return 19021
    if len(json.dumps(body)) > 20480 or not (body.get("content") if body["msg_type"] == "text" else body.get("card")):
        return 9499
    return 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, strict_parsing=True))
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if url.path == "/own/hook":
            return self.answer_own(url, query, body)
        is_feishu = url.path.startswith("/open-apis/")
        errcode = judge_feishu(url.path, body) if is_feishu else judge(url.path, query)
        line = json.dumps({"path": url.path, "errcode": errcode, "body": body, "query": query})
        # At once: print writes the line's end by itself, and another thread's line may come between.
        os.write(1, f"{line}\n".encode())
        text = "ok" if errcode == 0 else f"refused {TOKEN} {KEYS} {FEISHU}"
        self.answer(200, {"code": errcode, "msg": text, "data": {}} if is_feishu else {"errcode": errcode, "errmsg": text})

    def answer_own(self, url, query, body):
        status = 204 if self.headers["Authorization"] == "Bearer " + PASSWORD else 401
        line = json.dumps({"path": url.path, "errcode": status, "body": body, "query": query})
        os.write(1, f"{line}\n".encode())
        self.answer(status, {"echo": self.headers["Authorization"]})

    def answer(self, status, json_answer):
        answer = b"" if status == 204 else json.dumps(json_answer).encode()
        self.send_response(status)
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
