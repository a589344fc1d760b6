"""Takes what is posted to it, a webhook of Alertmanager's or a robot's message, and prints each body as one line of JSON, after a
line with its port. Answers as the robots of DingTalk and WeCom do; Alertmanager reads only the status."""

import http.server
import json
import sys
import threading

ANSWER = b'{"errcode":0,"errmsg":"ok"}'
printing = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with printing:
            sys.stdout.write(json.dumps(body) + "\n")
            sys.stdout.flush()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
