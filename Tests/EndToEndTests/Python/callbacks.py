"""Pushes callbacks as WeChat does, with wechatpy's crypto: callbacks.py, with a list of pushes as JSON on standard input.

Each push is an object: url, token, appid; body, or event members of a template receipt (openid, msgid, status, time); aes_key where it is
encrypted; and what is wrong with it (wrong). Prints the HTTP status and the body of each answer as JSON."""

import base64
import hashlib
import http.client
import json
import struct
import sys
import time
import urllib.parse

from wechatpy.crypto import WeChatCrypto
from wechatpy.crypto.base import WeChatCipher
from wechatpy.utils import WeChatSigner

NONCE = "1320562132"


def signature(*parts):
    signer = WeChatSigner()
    signer.add_data(*parts)
    return signer.signature


def event(push):
    return (f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{push['openid']}]]></FromUserName>"
            f"<CreateTime>{push.get('time') or int(time.time())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
            f"<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>{push['msgid']}</MsgID>"
            f"<Status><![CDATA[{push['status']}]]></Status></xml>")


def sealed_by_hand(body, push):
    """With a padding that no PKCS#7 has."""
    key = base64.b64decode(push["aes_key"] + "=")
    plain = b"0123456789abcdef" + struct.pack(">I", len(body.encode())) + body.encode() + push["appid"].encode()
    missing = 32 - len(plain) % 32
    plain += bytes([0] * (missing - 1) + [40])
    return base64.b64encode(WeChatCipher(key).encrypt(plain)).decode()


def request(push):
    body, wrong = push.get("body") or (event(push) if "openid" in push else ""), push.get("wrong", "")
    timestamp = str(push.get("timestamp") or int(time.time()))
    query = {"signature": signature(push["token"], timestamp, NONCE), "timestamp": timestamp, "nonce": NONCE}
    if wrong == "signature":
        query["signature"] = hashlib.sha1(b"forged").hexdigest()
    if wrong == "unsigned":
        query = {}
    if key := push.get("aes_key"):
        crypto = WeChatCrypto(push["token"], key, push["appid"])
        envelope = crypto.encrypt_message(body, NONCE, timestamp)
        text = envelope.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        if wrong == "padding":
            text = sealed_by_hand(body, push)
        if wrong == "truncated":
            text = text[:-64]
        if wrong == "base64":
            text = "!" + text[1:]
        sign = signature(push["token"], timestamp, NONCE, text)
        if wrong == "msg_signature":
            sign = "0" * 40
        query |= {"encrypt_type": "aes", "msg_signature": sign}
        body = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{text}]]></Encrypt></xml>"
    if wrong == "cut":
        body = body[:len(body) // 2]
    if wrong == "oversized":
        body = "<xml>" + "x" * 200_000 + "</xml>"
    return urllib.parse.urlencode(query), body


def post(push):
    url = urllib.parse.urlsplit(push["url"])
    query, body = request(push)
    connection = http.client.HTTPConnection(url.netloc, timeout=10)
    method = push.get("method", "POST")
    path = push.get("path") or url.path
    if method == "GET":
        query += "&echostr=" + urllib.parse.quote(push["echostr"])
    try:
        connection.request(method, f"{path}?{query}", body.encode() if method == "POST" else None, {"Content-Type": "text/xml"})
        answer = connection.getresponse()
        return {"status": answer.status, "body": answer.read().decode()}
    except (ConnectionError, http.client.HTTPException) as error:
        return {"status": 0, "body": str(error)}


if __name__ == "__main__":
    pushes = json.loads(sys.argv[1])
    print(json.dumps([post(push) for push in pushes]))
