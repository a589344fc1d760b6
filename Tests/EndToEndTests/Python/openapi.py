"""Holds answers of a gateway against its own description.

    openapi.py DESCRIPTION EXCHANGES

DESCRIPTION is what /openapi.yaml served. EXCHANGES has one JSON object a line: listener, method, path, status, type (the
Content-Type), and body as text. Fails when the description is not valid OpenAPI, when an answer is not as described, and when an
operation or a success of one was never seen.
"""
import json
import re
import sys

import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

BASE = "urn:weir"
LISTENERS = {"http://127.0.0.1:8080": "api", "http://127.0.0.1:8081": "admin"}
METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]


def pointer(*parts):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class Description:
    def __init__(self, document):
        self.document = document
        self.registry = Registry().with_resource(BASE, Resource(contents=document, specification=DRAFT202012))
        self.unseen = set()
        self.operations = {}
        for path, item in document["paths"].items():
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)) + "$")
            for method in METHODS:
                if method not in item:
                    continue
                servers = item[method].get("servers", item["servers"])
                for listener in [LISTENERS[server["url"]] for server in servers]:
                    self.operations[(listener, method, path)] = (pattern, item[method])
                    self.unseen |= {
                        (listener, method, path, status)
                        for status, response in item[method]["responses"].items()
                        if status < "300" and response.get("x-weir-listener", listener) == listener
                    }

    def find(self, listener, method, path):
        found = [key for key, (pattern, _) in self.operations.items() if key[:2] == (listener, method) and pattern.match(path)]
        # A path without placeholders stands before one with them.
        return min(found, key=lambda key: key[2].count("{"), default=None)

    def problems(self, exchange):
        key = self.find(exchange["listener"], exchange["method"].lower(), exchange["path"].split("?")[0])
        if key is None:
            yield "no such operation"
            return
        status = str(exchange["status"])
        self.unseen.discard((*key, status))
        place = ["paths", key[2], key[1], "responses", status]
        response = self.operations[key][1]["responses"].get(status)
        if response is None:
            yield f"status {status} is not described"
            return
        if "$ref" in response:
            place = response["$ref"].removeprefix("#/").split("/")
            response = self.document["components"]["responses"][place[-1]]
        type = exchange["type"].split(";")[0]
        if type not in response["content"]:
            yield f"{type} is not described"
        elif type == "application/json":
            schema = {"$ref": BASE + "#" + pointer(*place, "content", type, "schema")}
            checker = Draft202012Validator.FORMAT_CHECKER
            for error in Draft202012Validator(schema, registry=self.registry, format_checker=checker).iter_errors(json.loads(exchange["body"])):
                yield f"{error.json_path}: {error.message}"


def main(description, exchanges):
    with open(description, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    validate(document)
    described = Description(document)
    failed = False
    with open(exchanges, encoding="utf-8") as file:
        for exchange in map(json.loads, file):
            for problem in described.problems(exchange):
                failed = True
                print(exchange["method"], exchange["path"], exchange["status"], problem, exchange["body"][:300], file=sys.stderr)
    for listener, method, path, status in sorted(described.unseen):
        failed = True
        print("never seen:", listener, method.upper(), path, status, file=sys.stderr)
    sys.exit(failed)


main(*sys.argv[1:])
