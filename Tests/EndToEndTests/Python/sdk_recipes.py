"""Runs the recipe of an SDK as a page prints it, then every public method of the clients that it makes.

    sdk_recipes.py PAGE SDK BASE_URL APPID SECRET

The page's address, AppID and key are replaced by those given; nothing else is changed. No name is looked up but the gateway's: a
call that goes past it fails, and its host is listed. Prints one JSON object: `sent`, the paths that left for the gateway, without
those of tokens; `past`, the hosts that a call tried to reach instead; `refused`, what the gateway answered by itself; `failed`, the
named calls that found no answer; `silent`, the methods that sent nothing.
"""
import inspect
import io
import json
import os
import pathlib
import re
import socket
import sys
import tempfile
import urllib.parse

import requests.adapters

# What every SDK is asked by name, with arguments that make sense. The rest is called with whatever lets it send something.
CALLS = {
    "wechatpy": {
        "template": lambda made: made["client"].message.send_template("o-1", "T", {"thing1": {"value": "订单"}}),
        "upload": lambda made: made["client"].media.upload("image", picture()),
        "datacube": lambda made: made["client"].datacube.get_user_summary("2026-01-01", "2026-01-02"),
        "wxa": lambda made: made["client"].wxa.get_wxa_code("pages/index"),
    },
    "werobot": {
        "template": lambda made: made["client"].send_template_message("o-1", "T", {"thing1": {"value": "订单"}}),
        "upload": lambda made: made["client"].upload_media("image", picture()),
        "video": lambda made: made["client"].upload_permanent_video("t", "i", picture()),
        "avatar": lambda made: made["client"].upload_custom_service_account_avatar("kf", picture()),
    },
    "python-weixin": {
        "template": lambda made: made["mini"].send_template(json_body={"touser": "o-1", "template_id": "T", "data": {}}),
        "ticket": lambda made: made["mp"].jsapi_ticket("jsapi"),
        "login": lambda made: made["app"].exchange_code_for_access_token("code"),
    },
    "weixin-python": {
        "template": lambda made: made["mp"].template_send("T", "o-1", {"thing1": {"value": "订单"}}),
        "user": lambda made: made["mp"].user_info("o-1"),
    },
    "wechat-sdk": {
        "template": lambda made: made["client"].send_template_message("o-1", "T", {"thing1": {"value": "订单"}}),
        "upload": lambda made: made["client"].upload_media("image", picture(), extension="jpg"),
    },
}
# The names by which a page imports each.
IMPORTS = {
    "wechatpy": "from wechatpy",
    "werobot": "werobot.client",
    "python-weixin": "weixin.oauth2",
    "weixin-python": "weixin.mp",
    "wechat-sdk": "wechat_sdk",
}
# What the recipes call the clients that they make.
CLIENTS = ("client", "oauth", "mp", "mini", "cloud", "login")
TOKENS = ("/cgi-bin/token", "/cgi-bin/stable_token")


def picture():
    file = io.BytesIO(b"\xff\xd8\xff" + os.urandom(3000))
    file.name = "图片.jpg"
    return file


class Outside:
    """What leaves the process."""

    def __init__(self, port):
        self.sent, self.refused, self.past = [], [], []
        look_up, send = socket.getaddrinfo, requests.adapters.HTTPAdapter.send

        def guard(host, asked, *rest, **more):
            if (host, asked) != ("127.0.0.1", port):
                self.past.append(host)
                raise socket.gaierror(socket.EAI_NONAME, f"{host} is past the gateway")
            return look_up(host, asked, *rest, **more)

        def watch(adapter, request, **more):
            url = urllib.parse.urlsplit(request.url)
            response = send(adapter, request, **more)
            if b'"errcode":9900' in response.content:
                self.refused.append(f"{url.path} {response.json()['errcode']}")
            elif url.path not in TOKENS:
                self.sent.append(url.path)
            return response

        socket.getaddrinfo, requests.adapters.HTTPAdapter.send = guard, watch

    def count(self):
        return len(self.sent) + len(self.refused) + len(self.past)


def code(page, sdk, replacements):
    """The page's Python for this SDK: the block that imports it, after the one with the class that the recipes share."""
    blocks = re.findall(r"^```python\n(.*?)^```", pathlib.Path(page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    own = [block for block in blocks if IMPORTS[sdk] in block]
    if len(own) != 1:
        sys.exit(f"{page} has {len(own)} recipes for {sdk}")
    shared = [block for block in blocks if "class Weir(" in block and "class Weir(" not in own[0]]
    text = "\n".join(shared[:1] + own)
    for old, new in replacements:
        if not re.search(old, text):
            sys.exit(f"{page}: nothing in the recipe for {sdk} looks like {old}")
        text = re.sub(old, new, text)
    return text


def methods(thing):
    """Every public method of a client, and of the groups of calls that hang on it."""
    for name in dir(thing):
        # A property may be a call of its own, and fail here.
        if name.startswith("_") or isinstance(inspect.getattr_static(thing, name), property):
            continue
        member = getattr(thing, name)
        if inspect.ismethod(member):
            yield f"{type(thing).__name__}.{name}", member
        elif hasattr(member, "_client"):
            yield from methods(member)


def sends(outside, method):
    """Calls a method with one kind of argument after another, until something leaves."""
    parameters = inspect.signature(method).parameters.values()
    for make in (lambda: "1", lambda: 20260101, picture, lambda: {"a": "1"}, lambda: [{"a": "1"}], lambda: ["1"]):
        before = outside.count()
        given = [make() for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
        try:
            method(*given)
        except Exception:  # An answer that the SDK can't use, or an argument that makes no sense.
            pass
        if outside.count() > before:
            return True
    return False


def main(page, sdk, base, appid, secret):
    os.environ["NO_PROXY"] = "*"
    home = tempfile.TemporaryDirectory()  # Some keep their token in a file there.
    os.environ["HOME"] = home.name
    outside = Outside(urllib.parse.urlsplit(base).port)
    made = {}
    replacements = [
        (r"http://127\.0\.0\.1:8080", base),
        ("wx1234567890abcdef", appid),
        (r"\"(KEY|the client's key|该服务的密钥)\"", repr(secret)),
    ]
    exec(compile(code(page, sdk, replacements), page, "exec"), made)
    failed = []
    for name, call in CALLS[sdk].items():
        before = len(outside.sent)
        try:
            call(made)
        except Exception as error:
            if len(outside.sent) == before:
                failed.append(f"{name}: {error!r}")
    silent = []
    for name in CLIENTS:
        if name in made:
            silent += [path for path, method in methods(made[name]) if not sends(outside, method)]
    print(json.dumps({
        "sent": outside.sent,
        "past": sorted(set(outside.past)),
        "refused": outside.refused,
        "failed": failed,
        "silent": silent,
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
