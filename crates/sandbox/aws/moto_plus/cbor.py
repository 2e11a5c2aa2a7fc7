"""RPC v2 CBOR, the first protocol of CloudWatch and the only one that the Rust SDK speaks to it.

A request becomes one in moto's JSON, and the answer is turned back. AWS's own descriptions say what is a time or a number.
"""

import io
import json
import re
import struct
from base64 import b64encode

from botocore.parsers import RpcV2CBORParser
from moto.core.utils import get_service_model

SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}


class Cbor:
    """The application `moto`, which understands CBOR as well."""

    def __init__(self, moto):
        self.moto = moto

    def __call__(self, environ, start_response):
        path = re.fullmatch(r"/service/(\w+)/operation/(\w+)", environ["PATH_INFO"])
        if environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor" or not path or path[1] not in SERVICES:
            return self.moto(environ, start_response)

        asked = decode(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        body = json.dumps(asked, default=plain).encode()
        environ |= {"PATH_INFO": "/", "RAW_URI": "/", "REQUEST_URI": "/", "HTTP_X_AMZ_TARGET": f"{path[1]}.{path[2]}"}
        environ |= {"CONTENT_TYPE": "application/x-amz-json-1.0", "CONTENT_LENGTH": str(len(body))}
        answer = []
        given = self.moto(environ | {"wsgi.input": io.BytesIO(body)}, lambda *start: answer.extend(start))

        status, headers = answer[:2]
        given = json.loads(b"".join(given) or b"{}")
        model = get_service_model(SERVICES[path[1]])
        shape = model.operation_model(path[2]).output_shape
        body = encode(given, shape if status.startswith("200") else None)
        theirs = [header for header in headers if header[0].lower() not in ("content-type", "content-length")]
        ours = {"Content-Type": "application/cbor", "Content-Length": str(len(body)), "smithy-protocol": "rpc-v2-cbor"}
        start_response(status, theirs + list(ours.items()))
        return [body]


def decode(body):
    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}


def plain(value):
    """What JSON has no words for: times and bytes, as AWS writes them there."""
    return b64encode(value).decode() if isinstance(value, bytes) else value.timestamp()


def encode(value, shape):
    """A value of JSON in CBOR. An error has no shape here: it is text by name."""
    kind = shape.type_name if shape else {dict: "structure"}.get(type(value), "string")
    if kind == "structure":
        members = shape.members if shape else dict.fromkeys(value)
        pairs = [(name, encode(value[name], of)) for name, of in members.items() if value.get(name) is not None]
        return head(5, len(pairs)) + b"".join(encode(name, None) + item for name, item in pairs)
    if kind == "map":
        pairs = [encode(key, None) + encode(item, shape.value) for key, item in value.items()]
        return head(5, len(pairs)) + b"".join(pairs)
    if kind == "list":
        return head(4, len(value)) + b"".join(encode(item, shape.member) for item in value)
    if kind == "timestamp":
        return head(6, 1) + encode_float(value)
    if kind in ("float", "double"):
        return encode_float(value)
    if kind in ("integer", "long"):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if kind == "boolean":
        return b"\xf5" if value else b"\xf4"
    text = str(value).encode()
    return head(3, len(text)) + text


def encode_float(value):
    return b"\xfb" + struct.pack(">d", value)


def head(major, number):
    """The beginning of an item: its major type, and a number that fits into the byte or follows it in eight."""
    return bytes([major << 5 | number]) if number < 24 else bytes([major << 5 | 27]) + struct.pack(">Q", number)
