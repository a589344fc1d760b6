"""Checks spans against OpenTelemetry's own model of its conventions, the YAML files in semantic-conventions/model.

What the model says in words (conditions of attributes, names and statuses of spans) stands here as code; a condition that the model
has and this file does not know is a problem, too."""
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import yaml

HERE = Path(__file__).resolve().parent
MODEL = HERE / "semantic-conventions" / "model"
PAGE = HERE.parents[2] / "docs" / "tracing.md"

TYPES = {"string": str, "int": int, "double": float, "boolean": bool, "string[]": list}
# "If none of them applies, a custom value MAY be used."
OPEN = {"messaging.system", "error.type"}
SECRETS = {"access_token", "secret", "js_code", "appid", "openid", "code", "key", "sign", "to", "refresh_token"}
CONVENTIONS = {"SERVER": ["span.http.server"], "CLIENT": ["span.http.client"], "PRODUCER": ["messaging.send.producer"]}
SENDING = "messaging.send.client"


def lacks_answer(span):
    """Whether no answer came: error.type, where there is one, is then a word of the transport's."""
    attributes = span["attributes"]
    answered = {"http.response.status_code", "network.protocol.version", "network.peer.address"} & set(attributes)
    return span["kind"] == "CLIENT" and not answered and attributes.get("error.type", "none").isalpha()


def is_refused(span):
    """Whether messages were handed over and none was taken."""
    return span["kind"] == "PRODUCER" and "weir.outcome" in span["attributes"]


# Of an attribute that is required or recommended on a condition: whether it must be there, must not (False), or may (None).
CONDITIONS = {
    "http.request.method_original": lambda s, a: a.get("http.request.method") == "_OTHER",
    "http.response.status_code": lambda s, a: not lacks_answer(s),
    "error.type": lambda s, a: s["status"] == "ERROR",
    "network.protocol.name": lambda s, a: False,
    "http.route": lambda s, a: " " in s["name"],
    "server.port": lambda s, a: "server.address" in a,
    "url.query": lambda s, a: None,
    "http.request.resend_count": lambda s, a: a.get("weir.attempt", 1) > 1,
    "network.peer.port": lambda s, a: "network.peer.address" in a,
    "messaging.operation.type": lambda s, a: True,
    "messaging.destination.name": lambda s, a: "messaging.message.id" in a or None,
    "messaging.destination.template": lambda s, a: False,
    "messaging.batch.message_count": lambda s, a: None if is_refused(s) else "messaging.message.id" not in a,
    "messaging.message.id": lambda s, a: None if is_refused(s) else "messaging.batch.message_count" not in a,
    # Of Weir's queues nothing has partitions or conversations, and its one client of them is itself.
    "messaging.destination.partition.id": lambda s, a: False,
    "messaging.message.conversation_id": lambda s, a: False,
    "messaging.client.id": lambda s, a: False,
    # Where an answer came, it came from somewhere; whoever is handed a message is no network's peer.
    "network.peer.address": lambda s, a: s["kind"] != "PRODUCER" and not lacks_answer(s),
    "network.protocol.version": lambda s, a: not lacks_answer(s),
    # Only where the caller said who it is.
    "user_agent.original": lambda s, a: None,
}


class Model:
    def __init__(self):
        self.attributes, self.groups, self.spans = {}, {}, {}
        for path in sorted(MODEL.rglob("*.yaml")):
            content = yaml.safe_load(path.read_text())
            for group in content.get("groups", []):
                self.groups[group["id"]] = group
                for attribute in group.get("attributes", []):
                    if "id" in attribute:
                        self.attributes[attribute["id"]] = attribute
            for attribute in content.get("attributes", []):
                self.attributes[attribute["key"]] = attribute
            for group in content.get("attribute_groups", []):
                self.groups[group["id"]] = group
            for span in content.get("spans", []):
                self.groups[span["type"]] = span

    def levels(self, name):
        """The attributes of a group of the model, each with how much it is wanted."""
        group = self.groups[name]
        levels = dict(self.levels(group["extends"])) if "extends" in group else {}
        for attribute in group["attributes"]:
            if "ref_group" in attribute:
                for key, level in self.levels(attribute["ref_group"]).items():
                    levels.setdefault(key, level)
            elif "requirement_level" in attribute or attribute["ref"] not in levels:
                levels[attribute["ref"]] = attribute.get("requirement_level", "recommended")
        return levels


model = Model()
own_names = set(re.findall(r"`((?:weir|wechat)\.[a-z_.]+)`", PAGE.read_text()))


def check_value(name, value):
    """What is wrong with an attribute by its own definition."""
    if name.startswith(("weir.", "wechat.")):
        known = name in own_names or re.fullmatch(r"weir\.waited\.[a-z_]+_ms", name) and "weir.waited.…_ms" in PAGE.read_text()
        return [] if known else [f"{name} is not on the page"]
    if name not in model.attributes:
        return [f"{name} is not in the model"]
    attribute = model.attributes[name]
    if "deprecated" in attribute:
        return [f"{name} is deprecated"]
    kind = attribute["type"]
    if isinstance(kind, dict):
        members = [member["value"] for member in kind["members"]]
        if value in members or name in OPEN and isinstance(value, str):
            return []
        return [f"{name} is {value!r}, none of its members"]
    wanted = TYPES.get(kind)
    fits = wanted is not None and isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))
    return [] if fits else [f"{name} is {value!r} and no {kind}"]


def check_presence(span, convention):
    attributes, problems = span["attributes"], []
    for name, level in model.levels(convention).items():
        word = level if isinstance(level, str) else next(iter(level))
        if word == "opt_in":
            continue
        condition = CONDITIONS.get(name)
        if condition is None and word == "conditionally_required":
            problems.append(f"{name}: nobody knows when it is required")
            continue
        wanted = condition(span, attributes) if condition else True
        if wanted is True and name not in attributes:
            problems.append(f"{name} is missing")
        if wanted is False and name in attributes:
            problems.append(f"{name} must not be there")
    return problems


def expected_name(span):
    attributes = span["attributes"]
    if span["kind"] == "PRODUCER":
        words = [attributes.get("messaging.operation.name"), attributes.get("messaging.destination.name")]
    else:
        method = attributes.get("http.request.method")
        target = attributes.get("http.route" if span["kind"] == "SERVER" else "url.template")
        words = ["HTTP" if method == "_OTHER" else method, target]
    return " ".join(word for word in words if word)


def check_status(span):
    attributes, status = span["attributes"], span["status"]
    problems, code = [], attributes.get("http.response.status_code", 0)
    if status == "OK":
        problems.append("the status is OK, which is the application's to say")
    limit = 500 if span["kind"] == "SERVER" else 400
    if code >= limit and status != "ERROR":
        problems.append(f"{code} is an error")
    if span["kind"] == "SERVER" and 400 <= code < 500 and status != "UNSET":
        problems.append(f"{code} is the caller's error")
    if status == "ERROR" and attributes.get("error.type") == str(code) and span.get("description"):
        problems.append("the status repeats what http.response.status_code says")
    if status != "ERROR" and "error.type" in attributes:
        problems.append("error.type without an error")
    return problems


def check_address(span):
    attributes, problems = span["attributes"], []
    full, query = attributes.get("url.full", ""), attributes.get("url.query", "")
    url = urlsplit(full)
    if full:
        port = url.port or {"https": 443, "http": 80}.get(url.scheme)
        if (url.hostname, port) != (attributes.get("server.address"), attributes.get("server.port")):
            problems.append("url.full and server.* differ")
        if url.username or url.password:
            problems.append("url.full has credentials")
    for name, value in parse_qsl(url.query) + parse_qsl(query):
        if name in SECRETS and value != "REDACTED":
            problems.append(f"{name} is shown")
    if "?" in attributes.get("url.path", ""):
        problems.append("url.path has a query")
    return problems


def check_span(span):
    """Everything that is wrong with a span, one line each."""
    attributes, kind = span["attributes"], span["kind"]
    conventions = list(CONVENTIONS.get(kind, []))
    if kind == "CLIENT" and "messaging.system" in attributes:
        conventions.append(SENDING)
    problems = [problem for name, value in attributes.items() for problem in check_value(name, value)]
    known = set().union(*(model.levels(convention) for convention in conventions)) | {"error.type"}
    problems += [
        f"{name} does not belong to a {kind} span"
        for name in attributes
        if name in model.attributes and name not in known
    ]
    for convention in conventions:
        problems += check_presence(span, convention)
    if conventions and span["name"] != expected_name(span):
        problems.append(f"the name should be {expected_name(span)!r}")
    if SENDING in conventions and not span["links"]:
        problems.append("a message is sent without a link to where it came from")
    problems += check_status(span) + check_address(span)
    return [f"{kind} {span['name']}: {problem}" for problem in dict.fromkeys(problems)]


def check_resource(attributes, schema_urls):
    problems = [problem for name, value in attributes.items() for problem in check_value(name, value)]
    wanted = ["service.name", "service.version", "service.instance.id"]
    wanted += ["telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"]
    problems += [f"{name} is missing" for name in wanted if name not in attributes]
    version = re.search(r"Conventions (\S+)", (MODEL.parent / "NOTICE").read_text()).group(1)
    if schema_urls != {f"https://opentelemetry.io/schemas/{version}"}:
        problems.append(f"the schemas are {sorted(schema_urls)}")
    return [f"resource: {problem}" for problem in problems]
