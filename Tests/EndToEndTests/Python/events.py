"""Writes an event in each of the three encodings, and signs it, by other people's libraries.

events.py SECRET TIMESTAMP EVENT: EVENT is JSON. Prints a JSON object a line: content_type, body (hex), signature.
The Protobuf message is made from docs/event.proto as it is published.
"""

import hashlib
import hmac
import json
import pathlib
import re
import sys

import msgpack
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, struct_pb2

PROTO = pathlib.Path(__file__).parents[3] / "docs" / "event.proto"
TYPES = {"string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
         "google.protobuf.Struct": descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE}


def event_class():
    """The message of docs/event.proto, without protoc."""
    text = PROTO.read_text()
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", syntax="proto3")
    file.package = re.search(r"^package ([\w.]+);", text, re.M).group(1)
    file.dependency.extend(re.findall(r'^import "(.+)";', text, re.M))
    message = file.message_type.add(name=re.search(r"^message (\w+) {", text, re.M).group(1))
    for kind, name, number in re.findall(r"^  ([\w.]+) (\w+) = (\d+);", text, re.M):
        field = message.field.add(name=name, number=int(number), type=TYPES[kind], label=1)
        if kind != "string":
            field.type_name = "." + kind
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{message.name}"))


def main():
    secret, timestamp, event = sys.argv[1:]
    event = json.loads(event)
    protobuf = json_format.ParseDict(event, event_class()(), ignore_unknown_fields=False)
    bodies = {
        "application/json": json.dumps(event).encode(),
        "application/msgpack": msgpack.packb(event),
        "application/x-protobuf": protobuf.SerializeToString(),
    }
    for content_type, body in bodies.items():
        code = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        print(json.dumps({"content_type": content_type, "body": body.hex(), "signature": "v1=" + code}))


main()
