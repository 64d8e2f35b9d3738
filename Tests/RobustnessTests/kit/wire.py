# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 frames by hand (RFC 9113), right or wrong."""

import struct
from dataclasses import dataclass
from typing import Iterable, Iterator

import hpack

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)

END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
HAS_PRIORITY = 0x20

NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR, \
    REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM = range(12)

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = range(1, 6)

Field = tuple[str | bytes, str | bytes]


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def word(number: int) -> bytes:
    return struct.pack(">I", number)


def setting(key: int, value: int) -> bytes:
    return struct.pack(">HI", key, value)


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def hello(**settings: int) -> bytes:
    """The preface, with settings by their names in lower case. Acknowledges what the server is about to say, so that
    its windows hold."""
    payload = b"".join(setting(globals()[key.upper()], settings[key]) for key in settings)
    return PREFACE + frame(SETTINGS, payload=payload) + frame(SETTINGS, ACK)


HELLO = hello()


def integer(value: int, bits: int, first: int = 0) -> bytes:
    """An HPACK integer (RFC 7541 section 5.1)."""
    limit = (1 << bits) - 1
    if value < limit:
        return bytes([first | value])
    rest, result = value - limit, [first | limit]
    while rest >= 128:
        result.append(rest % 128 | 128)
        rest //= 128
    return bytes(result + [rest])


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return integer(len(raw), 7) + raw


def literals(fields: Iterable[Field]) -> bytes:
    """Literal fields, neither indexed nor compressed: says whatever it is given."""
    return b"".join(b"\0" + text(name) + text(value) for name, value in fields)


def call_fields(method: str = "Echo", **changes: str | None) -> list[Field]:
    """The fields of a request; `changes` (with _ for -) replace fields, or with None leave them out."""
    fields = {":method": "POST", ":scheme": "http", ":path": f"/robustness.Target/{method}", ":authority": "localhost",
              "te": "trailers", "content-type": "application/grpc"}
    for name, value in changes.items():
        plain = name.replace("_", "-")
        fields[":" + plain if ":" + plain in fields else plain] = value
    return [(name, value) for name, value in fields.items() if value is not None]


def head(stream: int, fields: Iterable[Field] | None = None, end: bool = False) -> bytes:
    block = literals(call_fields() if fields is None else fields)
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block)


def message(payload: bytes = b"", flag: int = 0) -> bytes:
    return struct.pack(">BI", flag, len(payload)) + payload


def call(stream: int, fields: Iterable[Field] | None = None, payload: bytes = b"hello") -> bytes:
    """A whole unary call."""
    return head(stream, fields) + frame(DATA, END_STREAM, stream, message(payload))


class Encoder:
    """Small header blocks: after the first request every field comes from the dynamic table."""

    def __init__(self) -> None:
        self.encoder = hpack.Encoder()

    def head(self, stream: int, fields: Iterable[Field], end: bool = False) -> bytes:
        block = self.encoder.encode(list(fields), huffman=False)
        return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block)


@dataclass
class Frame:
    kind: int
    flags: int
    stream: int
    payload: bytes

    @property
    def code(self) -> int:
        """The error code of RST_STREAM and GOAWAY."""
        offset = 4 if self.kind == GOAWAY else 0
        return int.from_bytes(self.payload[offset:offset + 4], "big")

    @property
    def ends(self) -> bool:
        return self.kind in (DATA, HEADERS) and self.flags & END_STREAM != 0


def parse(received: bytearray) -> Iterator[Frame]:
    """The complete frames at the start of `received`, which are taken off it."""
    while len(received) >= 9:
        length = int.from_bytes(received[:3], "big")
        if len(received) < 9 + length:
            return
        kind, flags = received[3], received[4]
        stream = int.from_bytes(received[5:9], "big") & 0x7fffffff
        payload = bytes(received[9:9 + length])
        del received[:9 + length]
        yield Frame(kind, flags, stream, payload)
