"""An OTLP/HTTP collector that keeps what it is sent, and says what in it is against OpenTelemetry's conventions.

POST /v1/traces takes spans; GET /spans shows them with the problems, and the heads of the requests that brought them; POST /check
judges one span. Says where it listens in its first line."""
import gzip
import http.server
import json
import sys

import semantic_conventions
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

spans = []
problems = {}
requests = []
answers = [int(status) for status in sys.argv[1:]]


def value(any_value):
    kind = any_value.WhichOneof("value")
    return [value(v) for v in any_value.array_value.values] if kind == "array_value" else getattr(any_value, kind)


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


def keep(request):
    for resource in request.resource_spans:
        own = attributes(resource.resource.attributes)
        schemas = {resource.schema_url} | {scope.schema_url for scope in resource.scope_spans}
        problems.update(dict.fromkeys(semantic_conventions.check_resource(own, schemas)))
        for scope in resource.scope_spans:
            for span in scope.spans:
                spans.append(read(span, own))
                problems.update(dict.fromkeys(semantic_conventions.check_span(plain(spans[-1]))))


def read(span, resource):
    return {
        "resource": resource,
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind),
        "trace": span.trace_id.hex(),
        "id": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "state": span.trace_state,
        "start": span.start_time_unix_nano,
        "end": span.end_time_unix_nano,
        "status": Status.StatusCode.Name(span.status.code),
        "description": span.status.message,
        "attributes": attributes(span.attributes),
        "dropped": span.dropped_attributes_count,
        "links": [{"trace": link.trace_id.hex(), "id": link.span_id.hex()} for link in span.links],
    }


def plain(span):
    return span | {
        "kind": span["kind"].removeprefix("SPAN_KIND_"),
        "status": span["status"].removeprefix("STATUS_CODE_"),
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/check":
            found = semantic_conventions.check_span(json.loads(body))
            return self.reply(200, "application/json", json.dumps({"problems": found}).encode())
        requests.append({"path": self.path, "headers": {name.lower(): text for name, text in self.headers.items()}})
        if not self.path.endswith("/traces") or self.headers["Content-Type"] != "application/x-protobuf":
            return self.reply(400, "text/plain", b"not OTLP over HTTP")
        status = answers.pop(0) if answers else 200
        if status != 200:
            return self.reply(status, "text/plain", b"")
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        keep(ExportTraceServiceRequest.FromString(body))
        self.reply(200, "application/x-protobuf", ExportTraceServiceResponse().SerializeToString())

    def do_GET(self):
        content = {"spans": spans, "problems": list(problems), "requests": requests}
        self.reply(200, "application/json", json.dumps(content).encode())

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
