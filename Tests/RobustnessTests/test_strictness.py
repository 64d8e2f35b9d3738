# SPDX-License-Identifier: Apache-2.0
"""What the server makes of requests that break HTTP/2 (RFC 9113), and of those that HTTP/2 allows and gRPC does not.

A broken request gets the error that the RFC names: of its connection (GOAWAY, then the end) or of its stream
(RST_STREAM, and the connection lives). Where the RFC leaves a choice, as with frames on a closed stream, a case lists
all that it allows; and it may end the connection where only a stream is wrong (section 5.4.2)."""

import ssl
import unittest
from typing import NamedTuple

from kit import wire
from kit.peer import Peer
from kit.target import Target
from kit.wire import (ACK, COMPRESSION_ERROR, CONTINUATION, DATA, END_HEADERS, END_STREAM, FLOW_CONTROL_ERROR,
                      FRAME_SIZE_ERROR, GOAWAY, HAS_PRIORITY, HEADERS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, PADDED, PING,
                      PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE, RST_STREAM, SETTINGS, STREAM_CLOSED, WINDOW_UPDATE, call,
                      call_fields, frame, head, literals, message, setting, word)

# Longer than a connection error may take, shorter than any time limit of the server's.
PATIENCE = 8


class Case(NamedTuple):
    section: str
    name: str
    sent: bytes
    """After the preface and SETTINGS."""
    expected: tuple[int, ...]
    """The error codes allowed; none: the frames are borne."""
    stream: int | None = None
    """The stream that is reset; `None`: the connection ends."""


def connection(section: str, name: str, sent: bytes, *codes: int) -> Case:
    return Case(section, name, sent, codes)


def stream(section: str, name: str, sent: bytes, *codes: int, on: int = 1) -> Case:
    return Case(section, name, sent, codes, on)


def borne(section: str, name: str, sent: bytes) -> Case:
    return Case(section, name, sent, ())


def malformed(name: str, fields: list[wire.Field], section: str = "8.3.1") -> Case:
    return stream(section, name, head(1, fields, end=True), PROTOCOL_ERROR)


def without(name: str) -> list[wire.Field]:
    return [field for field in call_fields() if field[0] != name]


OPEN = head(1, call_fields("Collect"))
ENDED = OPEN + frame(DATA, END_STREAM, 1, message())
BLOCK = literals(call_fields("Collect"))
START = frame(HEADERS, 0, 1, BLOCK[:20])

FRAMES = [
    connection("4.1", "a frame larger than allowed", frame(DATA, 0, 1, bytes(16_385)), FRAME_SIZE_ERROR),
    connection("4.2", "HEADERS larger than allowed", frame(HEADERS, END_HEADERS, 1, bytes(16_385)), FRAME_SIZE_ERROR),
    connection("4.3", "a header block that is no HPACK", frame(HEADERS, 5, 1, b"\xff" * 6), COMPRESSION_ERROR),
    connection("4.3", "a table size above what was announced", frame(HEADERS, 5, 1, b"\x3f\xff\xff\x03" + BLOCK),
               COMPRESSION_ERROR),
    connection("4.3", "PRIORITY within a header block", START + frame(PRIORITY, 0, 1, word(0) + b"\1"), PROTOCOL_ERROR),
    connection("4.3", "HEADERS of another stream within a header block", START + head(3), PROTOCOL_ERROR),
    borne("4.1", "a frame of an unknown type", frame(0xaf, 0xff, 0, b"whatever")),
    borne("4.1", "undefined flags", frame(PING, 0xfe, 0, bytes(8))),
    borne("4.1", "the reserved bit of a stream id", frame(WINDOW_UPDATE, 0, 1 << 31, word(1))),
    connection("5.1", "DATA on an idle stream", frame(DATA, 0, 1, b"x"), PROTOCOL_ERROR),
    connection("5.1", "RST_STREAM on an idle stream", frame(RST_STREAM, 0, 1, word(8)), PROTOCOL_ERROR),
    connection("5.1", "WINDOW_UPDATE on an idle stream", frame(WINDOW_UPDATE, 0, 1, word(1)), PROTOCOL_ERROR),
    connection("5.1", "CONTINUATION on an idle stream", frame(CONTINUATION, 4, 1, BLOCK), PROTOCOL_ERROR),
    connection("5.1", "DATA on a stream that the client ended", ENDED + frame(DATA, 0, 1, b"x"), STREAM_CLOSED),
    connection("5.1", "HEADERS on a stream that the client ended", ENDED + head(1, [("x", "y")], end=True),
               STREAM_CLOSED),
    connection("5.1.1", "an even stream id", head(2), PROTOCOL_ERROR),
    connection("5.1.1", "a stream id below an earlier one", head(5) + head(3), PROTOCOL_ERROR),
    connection("5.1.1", "HEADERS on stream 0", frame(HEADERS, 5, 0, BLOCK), PROTOCOL_ERROR),
    borne("5.1.1", "stream ids that leave gaps", call(1) + call(9) + call(11)),
    connection("6.1", "DATA on stream 0", frame(DATA, 0, 0, b"x"), PROTOCOL_ERROR),
    connection("6.1", "DATA with more padding than payload", OPEN + frame(DATA, PADDED, 1, b"\x05xyz"), PROTOCOL_ERROR),
    connection("6.1", "padded DATA without a length", OPEN + frame(DATA, PADDED, 1), PROTOCOL_ERROR, FRAME_SIZE_ERROR),
    connection("6.2", "HEADERS with more padding than payload", frame(HEADERS, 0xd, 1, b"\xff" + BLOCK), PROTOCOL_ERROR),
    connection(
        "5.3.1", "a stream that depends on itself", frame(HEADERS, END_HEADERS | HAS_PRIORITY, 1, word(1) + b"\1" + BLOCK),
        PROTOCOL_ERROR),
    connection("6.3", "PRIORITY on stream 0", frame(PRIORITY, 0, 0, word(1) + b"\1"), PROTOCOL_ERROR),
    connection("6.3", "PRIORITY of four bytes", frame(PRIORITY, 0, 1, word(3)), FRAME_SIZE_ERROR),
    connection("6.4", "RST_STREAM on stream 0", frame(RST_STREAM, 0, 0, word(8)), PROTOCOL_ERROR),
    connection("6.4", "RST_STREAM of three bytes", OPEN + frame(RST_STREAM, 0, 1, b"\0\0\0"), FRAME_SIZE_ERROR),
    connection("6.5", "an acknowledgement of SETTINGS that is not empty", frame(SETTINGS, ACK, 0, bytes(6)),
               FRAME_SIZE_ERROR),
    connection("6.5", "an acknowledgement of nothing", frame(SETTINGS, ACK) * 3, PROTOCOL_ERROR),
    connection("6.5", "SETTINGS on a stream", frame(SETTINGS, 0, 1), PROTOCOL_ERROR),
    connection("6.5", "SETTINGS of five bytes", frame(SETTINGS, 0, 0, bytes(5)), FRAME_SIZE_ERROR),
    connection("6.5.2", "ENABLE_PUSH of 2", frame(SETTINGS, 0, 0, setting(2, 2)), PROTOCOL_ERROR),
    connection("6.5.2", "INITIAL_WINDOW_SIZE of 2^31", frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 1 << 31)),
               FLOW_CONTROL_ERROR),
    connection("6.5.2", "MAX_FRAME_SIZE below 16,384", frame(SETTINGS, 0, 0, setting(MAX_FRAME_SIZE, 16_383)),
               PROTOCOL_ERROR),
    connection("6.5.2", "MAX_FRAME_SIZE above 2^24-1", frame(SETTINGS, 0, 0, setting(MAX_FRAME_SIZE, 1 << 24)),
               PROTOCOL_ERROR),
    borne("6.5.2", "an unknown setting", frame(SETTINGS, 0, 0, setting(0xfe, 1))),
    connection("6.6", "PUSH_PROMISE", OPEN + frame(PUSH_PROMISE, END_HEADERS, 1, word(2) + BLOCK), PROTOCOL_ERROR),
    connection("6.7", "PING on a stream", frame(PING, 0, 1, bytes(8)), PROTOCOL_ERROR),
    connection("6.7", "PING of six bytes", frame(PING, 0, 0, bytes(6)), FRAME_SIZE_ERROR),
    borne("6.7", "the answer to a PING that was never sent", frame(PING, ACK, 0, bytes(8))),
    connection("6.8", "GOAWAY on a stream", frame(GOAWAY, 0, 1, word(0) + word(0)), PROTOCOL_ERROR),
    connection("6.8", "GOAWAY of four bytes", frame(GOAWAY, 0, 0, word(0)), FRAME_SIZE_ERROR),
    connection("6.9", "WINDOW_UPDATE of 0", frame(WINDOW_UPDATE, 0, 0, word(0)), PROTOCOL_ERROR),
    connection("6.9", "WINDOW_UPDATE of 0 on a stream", OPEN + frame(WINDOW_UPDATE, 0, 1, word(0)), PROTOCOL_ERROR),
    connection("6.9", "WINDOW_UPDATE of three bytes", frame(WINDOW_UPDATE, 0, 0, b"\0\0\1"), FRAME_SIZE_ERROR),
    connection("6.9.1", "a connection window above 2^31-1", frame(WINDOW_UPDATE, 0, 0, word((1 << 31) - 1)),
               FLOW_CONTROL_ERROR),
    stream("6.9.1", "a stream window above 2^31-1", OPEN + frame(WINDOW_UPDATE, 0, 1, word((1 << 31) - 1)),
           FLOW_CONTROL_ERROR),
    # The RFC ends the connection; libnghttp2 ends the stream.
    stream("6.9.2", "SETTINGS that lift a stream window above 2^31-1",
           OPEN + frame(WINDOW_UPDATE, 0, 1, word(1 << 30))
           + frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, (1 << 31) - 1)), FLOW_CONTROL_ERROR),
    connection("6.10", "CONTINUATION after the end of the headers", OPEN + frame(CONTINUATION, 4, 1, literals([("x", "y")])),
               PROTOCOL_ERROR),
    connection("6.10", "CONTINUATION on stream 0", START + frame(CONTINUATION, 4, 0, BLOCK[20:]), PROTOCOL_ERROR),
    connection("6.10", "CONTINUATION of another stream", START + frame(CONTINUATION, 4, 3, BLOCK[20:]), PROTOCOL_ERROR),
    connection("6.10", "DATA within a header block", START + frame(DATA, 0, 1, b"x"), PROTOCOL_ERROR),
    borne("6.10", "a header block in three frames",
          START + frame(CONTINUATION, 0, 1, BLOCK[20:40]) + frame(CONTINUATION, 4, 1, BLOCK[40:])),
    borne("6.10", "an empty header block fragment", frame(HEADERS, 0, 1) + frame(CONTINUATION, 4, 1, BLOCK)),
]

FIELDS = [
    malformed("an upper-case name", call_fields() + [("X-Name", "v")], "8.2.1"),
    malformed("a name with a space", call_fields() + [("x name", "v")], "8.2.1"),
    malformed("an empty name", call_fields() + [("", "v")], "8.2.1"),
    malformed("CR in a value", call_fields() + [("x", "a\rb")], "8.2.1"),
    malformed("LF in a value", call_fields() + [("x", "a\nb")], "8.2.1"),
    malformed("NUL in a value", call_fields() + [("x", "a\0b")], "8.2.1"),
    malformed("CR in a pseudo header", call_fields(path="/a\r/b"), "8.2.1"),
    malformed("connection", call_fields() + [("connection", "close")], "8.2.2"),
    malformed("keep-alive", call_fields() + [("keep-alive", "timeout=5")], "8.2.2"),
    malformed("proxy-connection", call_fields() + [("proxy-connection", "close")], "8.2.2"),
    malformed("transfer-encoding", call_fields() + [("transfer-encoding", "chunked")], "8.2.2"),
    malformed("upgrade", call_fields() + [("upgrade", "h2c")], "8.2.2"),
    malformed("te other than trailers", call_fields(te="gzip"), "8.2.2"),
    malformed("an unknown pseudo header", [(":what", "x")] + call_fields(), "8.3"),
    malformed("a pseudo header of responses", [(":status", "200")] + call_fields(), "8.3"),
    malformed("a pseudo header after others", without(":path") + [(":path", "/a/b")], "8.3"),
    malformed("a second :method", [(":method", "POST")] + call_fields()),
    malformed("a second :scheme", [(":scheme", "http")] + call_fields()),
    malformed("a second :path", [(":path", "/a/b")] + call_fields()),
    malformed("no :method", without(":method")),
    malformed("no :scheme", without(":scheme")),
    malformed("no :path", without(":path")),
    malformed("neither :authority nor host", without(":authority")),
    malformed("an empty :path", call_fields(path="")),
    stream("8.1", "a content-length that is not that of the DATA",
           head(1, call_fields() + [("content-length", "1")]) + frame(DATA, END_STREAM, 1, message(b"hello")),
           PROTOCOL_ERROR),
    stream("8.1", "a second header block that does not end the stream", OPEN + head(1, [("x", "y")]), PROTOCOL_ERROR),
    stream("8.1", "a pseudo header in trailers", OPEN + head(1, [(":path", "/")], end=True), PROTOCOL_ERROR),
    borne("8.1", "trailers", OPEN + head(1, [("x", "y")], end=True)),
]


class StrictnessTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.target = Target(log=1)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.target.__exit__()

    def check(self, case: Case) -> None:
        with Peer(self.target.port) as peer:
            peer.send(case.sent)
            if not case.expected:
                self.assertTrue(peer.answers_ping(), "the connection ended")
                self.assertIsNone(peer.first(RST_STREAM))
                return
            kind = GOAWAY if case.stream is None else RST_STREAM
            peer.until(lambda: peer.first(kind, case.stream or None) is not None, PATIENCE)
            error = peer.first(kind, case.stream or None)
            self.assertIsNotNone(error, f"no error came, but {peer.frames}")
            assert error is not None
            self.assertIn(error.code, case.expected)
            if case.stream is None:
                self.assertTrue(peer.until_closed(PATIENCE), "the connection stays open")
            else:
                self.assertTrue(peer.answers_ping(), "the connection ended with the stream")

    def test_frames(self) -> None:
        """Frames that break the protocol get the error of the RFC, and others none."""
        for case in FRAMES:
            with self.subTest(f"{case.section} {case.name}"):
                self.check(case)

    def test_fields(self) -> None:
        """A malformed request is a stream error, and the connection lives."""
        for case in FIELDS:
            with self.subTest(f"{case.section} {case.name}"):
                self.check(case)

    def test_not_grpc(self) -> None:
        """A valid request that is no gRPC gets an HTTP status and a gRPC status in one header block."""
        for name, fields, status, code, other in [
            ("GET", call_fields(method="GET"), "405", "2", ("allow", "POST")),
            ("PUT", [(n, "PUT" if n == ":method" else v) for n, v in call_fields()], "405", "2", ("allow", "POST")),
            ("no content-type", without("content-type"), "415", "2", None),
            ("another content-type", call_fields(content_type="application/json"), "415", "2", None),
            ("gRPC-Web", call_fields(content_type="application/grpc-web"), "415", "2", None),
            ("a method that there is not", call_fields("Missing"), "200", "12", None),
            ("a service that there is not", call_fields(path="/a.B/C"), "200", "12", None),
            ("a path of one part", call_fields(path="/index.html"), "200", "12", None),
            ("a path with a query", call_fields(path="/robustness.Target/Echo?x=y"), "200", "12", None),
            ("a timeout without a unit", call_fields(grpc_timeout="5"), "400", "13", None),
            ("a timeout of nine digits", call_fields(grpc_timeout="123456789S"), "400", "13", None),
            ("an unknown encoding", call_fields(grpc_encoding="br"), "200", "12",
             ("grpc-accept-encoding", "identity,gzip,deflate")),
            ("too many headers", call_fields() + [(f"x-{i}", "y" * 400) for i in range(39)], "200", "8", None),
            ("no te", call_fields(te=None), "200", "0", None),
            ("a content-type with a subtype", call_fields(content_type="application/grpc+json"), "200", "0", None),
        ]:
            if name == "GET":
                fields = [(n, "GET" if n == ":method" else v) for n, v in call_fields()]
            for ends in [False, True]:
                with self.subTest(name, ends=ends), Peer(self.target.port) as peer:
                    peer.send(head(1, fields, end=True) if ends else call(1, fields))
                    response = peer.response(1)
                    expected = "12" if ends and code == "0" else code  # a unary method without a message
                    self.assertEqual((response.get(":status"), response.get("grpc-status")), (status, expected))
                    if other:
                        self.assertEqual(response.get(other[0]), other[1])
                    self.assertTrue(peer.answers_ping(), "the connection ended")

    def test_messages(self) -> None:
        """Messages that are none, or too many, end their call with a status."""
        for name, sent, code in [
            ("an unknown flag", message(b"x", flag=2), "13"),
            ("a compressed message without an encoding", message(b"x", flag=1), "13"),
            ("a message of 4 GiB", b"\0\xff\xff\xff\xff", "8"),
            ("a message above the limit", b"\0" + word((4 << 20) + 1), "8"),
            ("a message cut short", message(b"hello")[:-1], "13"),
            ("a prefix cut short", b"\0\0", "13"),
            ("no message", b"", "12"),
            ("two messages", message() * 2, "12"),
        ]:
            with self.subTest(name), Peer(self.target.port) as peer:
                peer.send(head(1) + frame(DATA, END_STREAM, 1, sent))
                self.assertEqual(peer.response(1).get("grpc-status"), code)
                self.assertTrue(peer.answers_ping(), "the connection ended")

    def test_other_protocols(self) -> None:
        """Who speaks HTTP/1.1 or TLS to the plaintext port is logged and cut off."""
        hello = ssl.MemoryBIO()
        tls = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            tls.do_handshake()
        for name, sent, log in [
            ("HTTP/1.1", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "a client spoke HTTP/1.1 to the gRPC port"),
            ("TLS", hello.read(), "a client spoke TLS to the plaintext port"),
        ]:
            with self.subTest(name), Peer(self.target.port, sent) as peer:
                self.assertTrue(peer.until_closed(PATIENCE))
                self.assertTrue(self.target.logs(log), self.target.log)

    def test_prefaces(self) -> None:
        """What is no preface ends the connection."""
        for name, sent in [
            ("another preface", b"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n"), ("zeros", bytes(100)),
            ("no SETTINGS", wire.PREFACE + frame(PING, payload=bytes(8))),
        ]:
            with self.subTest(name), Peer(self.target.port, sent) as peer:
                self.assertTrue(peer.until_closed(PATIENCE))
                goaway = peer.first(GOAWAY)
                self.assertTrue(goaway is None or goaway.code == PROTOCOL_ERROR)
