# SPDX-License-Identifier: Apache-2.0
"""Many sockets that send as fast as the server takes it, or as slowly as they like, on one thread."""

import selectors
import socket
import sys
import time
from typing import Callable, Iterator

Chunks = Iterator[bytes]

# Of Linux, and in no module of Python's before 3.12.
IP_BIND_ADDRESS_NO_PORT = 24


class Flood:
    """Runs for `seconds`. Counts what it did in `counts`."""

    # What bounds every attack, besides its time.
    MAX_BYTES = 1 << 30
    MAX_CONNECTIONS = 20_000

    def __init__(self, port: int, seconds: float, scale: float = 1) -> None:
        """`scale`: of the many connections that some attacks make, how large a part."""
        self.scale = scale
        self.address = ("127.0.0.1", port)
        self.end = time.monotonic() + seconds
        self.counts = {"connections": 0, "closed by server": 0, "bytes": 0}
        self.selector = selectors.DefaultSelector()
        self.idle: list[socket.socket] = []

    def scaled(self, count: int) -> int:
        return max(1, int(count * self.scale))

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.end or self.counts["bytes"] >= Flood.MAX_BYTES

    def open(self) -> socket.socket | None:
        """A connection; `None` when there were enough, or the server takes no more."""
        if self.counts["connections"] >= Flood.MAX_CONNECTIONS:
            return None
        connection = socket.socket()
        try:
            connection.settimeout(1)
            if sys.platform == "linux":  # Another client than those that call meanwhile.
                connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
                connection.bind(("127.0.0.2", 0))
            connection.connect(self.address)
        except OSError:
            connection.close()
            return None
        connection.setblocking(False)
        self.counts["connections"] += 1
        return connection

    def run(self, chunks: Callable[[], Chunks], connections: int = 1, reads: bool = True) -> None:
        """Sends what `chunks` makes over each of `connections`; one that the server ends is replaced. Without `reads`
        nothing is ever read: the buffers in between fill up."""
        for _ in range(connections):
            self._start(chunks, reads)
        while not self.is_over:
            for key, events in self.selector.select(0.05):
                self._step(key, events)
                if self.is_over:
                    break
            for _ in range(connections - len(self.selector.get_map()) - len(self.idle)):
                if not self._start(chunks, reads):
                    time.sleep(0.01)
        for key in list(self.selector.get_map().values()):
            self._drop(key.fileobj)
        for connection in self.idle:
            connection.close()

    def _start(self, chunks: Callable[[], Chunks], reads: bool) -> bool:
        connection = self.open()
        if connection is None:
            return False
        # What is left of the last chunk, and the rest.
        state: list = [b"", chunks()]
        events = selectors.EVENT_WRITE | (selectors.EVENT_READ if reads else 0)
        self.selector.register(connection, events, state)
        return True

    def _drop(self, connection) -> None:
        self.selector.unregister(connection)
        connection.close()

    def _step(self, key: selectors.SelectorKey, events: int) -> None:
        connection, state = key.fileobj, key.data
        try:
            if events & selectors.EVENT_READ and not connection.recv(65536):
                raise ConnectionResetError
            if events & selectors.EVENT_WRITE:
                state[0] = state[0] or next(state[1], b"")
                if not state[0]:
                    return self._rest(key)
                sent = connection.send(state[0])
                self.counts["bytes"] += sent
                state[0] = state[0][sent:]
        except BlockingIOError:
            pass
        except OSError:
            self.counts["closed by server"] += 1
            self._drop(connection)

    def _rest(self, key: selectors.SelectorKey) -> None:
        """Everything is sent: only reads from now on, or does nothing."""
        if key.events & selectors.EVENT_READ:
            self.selector.modify(key.fileobj, selectors.EVENT_READ, key.data)
        else:
            self.selector.unregister(key.fileobj)
            self.idle.append(key.fileobj)

    def trickle(self, greeting: bytes, dribble: bytes, connections: int, pause: float) -> None:
        """Opens `connections` and sends `greeting`, then one byte of `dribble` on each, again and again. Those that the
        server ends up to 15 s late count too, unless all of `dribble` was sent: then nothing keeps them alive."""
        offsets: dict[socket.socket, int] = {}
        while len(offsets) < connections and not self.is_over:
            connection = self.open()
            if connection is None:
                time.sleep(0.02)
                continue
            if greeting:
                connection.send(greeting)
            offsets[connection] = 0
        opened = len(offsets)
        latest = self.end + 15
        while offsets and (not self.is_over or time.monotonic() < latest
                           and not (dribble and min(offsets.values()) >= len(dribble))):
            for connection, offset in list(offsets.items()):
                try:
                    if dribble and offset < len(dribble):
                        connection.send(dribble[offset:offset + 1])
                        offsets[connection] += 1
                    while data := connection.recv(65536):
                        pass
                    raise ConnectionResetError
                except BlockingIOError:
                    pass
                except OSError:
                    connection.close()
                    del offsets[connection]
            time.sleep(pause)
        self.counts["closed by server"] = opened - len(offsets)
        for connection in offsets:
            connection.close()
