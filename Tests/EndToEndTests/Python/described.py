"""Tries a gateway with requests made from its own description, and a few that break it (schemathesis).

    described.py DESCRIPTION LISTENER URL [EXAMPLES]

DESCRIPTION is what /openapi.yaml served, LISTENER is `api` or `admin`, URL where it listens. Only that listener's paths are tried, with
a fixed seed. Fails when an answer is not as described, is a 5xx that isn't, or when a method that isn't described is not refused.
"""
import pathlib
import subprocess
import sys
import tempfile

import yaml

# What a schema can't say: a limit on bytes or items is 413, and 422 is for values that only WeChat's own documentation, the
# configuration or the clock rule out, or another parameter.
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429]
[[operations]]
include-path = "/v1/messages"
include-method = "POST"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429, "5xx"]
[[operations]]
include-path-regex = "^/v1/(audit|redrive)$"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429, "5xx"]
"""
LISTENERS = {"api": "http://127.0.0.1:8080", "admin": "http://127.0.0.1:8081"}


METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def operations(item):
    return {method: operation for method, operation in item.items() if method in METHODS}


def listeners_part(item, server):
    """What of a path one listener answers; nothing where that is no operation."""
    servers = {method: operation.get("servers", item["servers"]) for method, operation in operations(item).items()}
    others = [method for method, list in servers.items() if server not in [each["url"] for each in list]]
    part = {name: value for name, value in item.items() if name not in others}
    return part if operations(part) else None


def main(description, listener, url, examples="20"):
    with open(description, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    server = LISTENERS[listener]
    document["paths"] = {path: part for path, item in document["paths"].items() if (part := listeners_part(item, server))}
    parameters = document["components"]["parameters"]
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and operation.get("requestBody", {}).get("x-weir-listener", listener) != listener:
                del operation["requestBody"]
    strange = {name for name, each in parameters.items() if each.get("x-weir-listener", listener) != listener}
    for item in document["paths"].values():
        for operation in operations(item).values():
            kept = [each for each in operation.get("parameters", []) if each.get("$ref", "").split("/")[-1] not in strange]
            operation["parameters"] = kept
    with tempfile.TemporaryDirectory() as folder:
        part = pathlib.Path(folder, "openapi.yaml")
        part.write_text(yaml.safe_dump(document), encoding="utf-8")
        settings = pathlib.Path(folder, "schemathesis.toml")
        settings.write_text(CONFIGURATION, encoding="utf-8")
        command = [
            str(pathlib.Path(sys.executable).parent / "schemathesis"), "--config-file", str(settings), "run", str(part), "--url", url,
            "--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", examples,
            "--seed", "7", "--generation-deterministic", "--continue-on-failure", "--no-color",
            # Without a configured key whoever is on the machine is served, whatever key it sends.
            "--exclude-checks", "ignored_auth",
            "--request-timeout", "30",
        ]
        run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(run.stdout, file=sys.stderr if run.returncode else sys.stdout)
    sys.exit(run.returncode)


main(*sys.argv[1:])
