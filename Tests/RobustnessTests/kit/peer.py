# SPDX-License-Identifier: Apache-2.0
"""A client that sends whatever bytes it likes, and looks at what comes back."""

import select
import socket
import time
from typing import Callable

import hpack

from . import wire


class Peer:
    def __init__(
            self, port: int, greeting: bytes = wire.HELLO, receive_buffer: int | None = None,
            source: str | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source is not None:
            self.socket.bind((source, 0))
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.frames: list[wire.Frame] = []
        self.closed = False
        self.decoder = hpack.Decoder()
        self.received = bytearray()
        self.send(greeting)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """A server that has closed by then is no problem."""
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def read(self, timeout: float) -> None:
        """One read, which may last as long as `timeout`."""
        self.socket.settimeout(max(timeout, 0.001))
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return
        except OSError:
            data = b""
        if not data:
            self.closed = True
        self.received += data
        self.frames += wire.parse(self.received)

    def readable(self) -> bool:
        return bool(select.select([self.socket], [], [], 0)[0])

    def until(self, condition: Callable[[], bool], timeout: float = 20) -> bool:
        """Reads until `condition` holds or the server has closed; whether it holds."""
        end = time.monotonic() + timeout
        while not condition():
            if self.closed or time.monotonic() > end:
                return condition()
            self.read(end - time.monotonic())
        return True

    def until_closed(self, timeout: float = 20) -> bool:
        return self.until(lambda: self.closed, timeout)

    def first(self, kind: int, stream: int | None = None) -> wire.Frame | None:
        for frame in self.frames:
            if frame.kind == kind and stream in (None, frame.stream) and not (
                    kind in (wire.PING, wire.SETTINGS) and not frame.flags & wire.ACK):
                return frame
        return None

    def answers_ping(self) -> bool:
        """Whether the server has seen all that was sent, and the connection lives."""
        count = sum(frame.kind == wire.PING for frame in self.frames)
        self.send(wire.frame(wire.PING, payload=b"are you?"))
        return self.until(lambda: sum(frame.kind == wire.PING for frame in self.frames) > count)

    def response(self, stream: int) -> dict[str, str]:
        """All header fields of the response on `stream`, trailers included, once it has ended."""
        self.until(lambda: any(frame.stream == stream and (frame.ends or frame.kind == wire.RST_STREAM)
                               for frame in self.frames))
        fields: dict[str, str] = {}
        for frame in self.frames:
            if frame.kind == wire.HEADERS:
                decoded = self.decoder.decode(frame.payload)
                if frame.stream == stream:
                    fields.update((str(name), str(value)) for name, value in decoded)
        self.frames = [frame for frame in self.frames if frame.kind != wire.HEADERS]
        return fields
