# SPDX-License-Identifier: Apache-2.0
"""The server's limits, each with the option that sets it: time, connections, handlers, memory."""

import os
import sys
import time
import unittest

from kit import wire
from kit.peer import Peer
from kit.record import record
from kit.target import MEBIBYTE, Load, Target, raise_file_limit

LONG = os.environ.get("SKEIN_ROBUSTNESS") == "long"


class TimeLimitTests(unittest.TestCase):
    def test_handshake(self) -> None:
        """A connection without a preface, or with half of one, is closed in time; one with a preface lives."""
        with Target(handshake_ms=800) as target:
            for greeting in [b"", wire.PREFACE[:10], wire.PREFACE]:
                start = time.monotonic()
                with self.subTest(greeting=greeting), Peer(target.port, greeting) as peer:
                    self.assertTrue(peer.until_closed(15))
                    self.assertGreater(time.monotonic() - start, 0.6)
            with Peer(target.port) as peer:
                self.assertFalse(peer.until_closed(2))

    def test_headers(self) -> None:
        """Headers that do not come to their end close their connection, even if they come byte by byte; a call that
        takes its time after them does not."""
        block = wire.literals(wire.call_fields())
        with Target(headers_ms=800) as target:
            for name, sent in [("half a frame", wire.head(1)[:40]),
                               ("no CONTINUATION", wire.frame(wire.HEADERS, 0, 1, block))]:
                with self.subTest(name), Peer(target.port) as peer:
                    peer.send(sent)
                    self.assertTrue(peer.until_closed(15))
                    goaway = peer.first(wire.GOAWAY)
                    assert goaway is not None
                    self.assertEqual((goaway.code, goaway.payload[8:]), (wire.ENHANCE_YOUR_CALM, b"slow_headers"))
            with Peer(target.port) as peer:
                request = wire.head(1)
                for offset in range(0, len(request) - 1):
                    peer.send(request[offset:offset + 1])
                    peer.read(0.05)
                    if peer.closed:
                        break
                self.assertTrue(peer.until_closed(1), "bytes that come one by one kept the connection alive")
        with Target(headers_ms=3000) as target, Peer(target.port) as peer:
            for stream in range(1, 41, 2):
                half = len(wire.head(stream)) // 2
                peer.send(wire.head(stream)[:half])
                peer.read(0.25)
                peer.send(wire.head(stream)[half:])
            peer.send(wire.frame(wire.DATA, wire.END_STREAM, 39, wire.message()))
            self.assertEqual(peer.response(39).get("grpc-status"), "0", "many headers, each in time")

    def test_idle(self) -> None:
        """A connection without a call is told to go; one with a call is not."""
        with Target(idle_ms=800) as target, Peer(target.port) as idle, Peer(target.port) as busy:
            busy.send(wire.head(1, wire.call_fields("Collect")))
            idle.until(lambda: idle.first(wire.GOAWAY) is not None)
            self.assertTrue(idle.answers_ping() or idle.closed)
            self.assertTrue(busy.answers_ping())


class ConnectionLimitTests(unittest.TestCase):
    def test_connections(self) -> None:
        """A connection above the limit is closed and logged; when another has gone, the next is taken."""
        with Target(max_connections=20, log=1) as target:
            peers = [Peer(target.port) for _ in range(20)]
            self.assertTrue(all(peer.answers_ping() for peer in peers))
            with Peer(target.port) as extra:
                self.assertTrue(extra.until_closed())
                self.assertEqual(extra.frames, [])
            self.assertTrue(target.logs("the server has 20 connections, the most that it may have"), target.log)
            peers.pop().socket.close()
            end = time.monotonic() + 20
            while not (served := self.is_served(target)) and time.monotonic() < end:
                time.sleep(0.05)
            self.assertTrue(served)
            for peer in peers:
                peer.socket.close()

    @unittest.skipUnless(sys.platform == "linux", "only there every 127.x.x.x is this machine")
    def test_clients(self) -> None:
        """A client has no more connections than its limit, and takes none from others."""
        with Target(max_connections_per_client=5, log=1) as target:
            peers = [Peer(target.port) for _ in range(5)]
            self.assertTrue(all(peer.answers_ping() for peer in peers))
            with Peer(target.port) as extra:
                self.assertTrue(extra.until_closed())
            self.assertTrue(target.logs("the server has 5 connections from 127.0.0.1"), target.log)
            with Peer(target.port, source="127.0.0.2") as other:
                self.assertTrue(other.answers_ping())
            for peer in peers:
                peer.socket.close()
            end = time.monotonic() + 20
            while not (served := self.is_served(target)) and time.monotonic() < end:
                time.sleep(0.05)
            self.assertTrue(served)

    @staticmethod
    def is_served(target: Target) -> bool:
        with Peer(target.port) as peer:
            return peer.answers_ping()

    def test_files(self) -> None:
        """A server that may open no more files neither spins nor dies, and serves again later."""
        with Target(files=80, max_connections=1000) as target:
            with Peer(target.port) as early:
                self.assertTrue(early.answers_ping())
                peers = [Peer(target.port) for _ in range(120)]
                time.sleep(0.5)
                before = target.cpu()
                time.sleep(2)
                self.assertLess(target.cpu() - before, 1.0, "seconds of CPU in two seconds without work")
                self.assertTrue(early.answers_ping())
                for peer in peers:
                    peer.socket.close()
            self.assertTrue(target.serves())


class WorkLimitTests(unittest.TestCase):
    def test_resets(self) -> None:
        """Calls that are reset at once never make more handlers run than the limit of streams."""
        count = 100_000 if LONG else 10_000
        with Target(max_streams=100) as target:
            sent, encoder = 0, wire.Encoder()
            fields = wire.call_fields("Wait")
            with Peer(target.port) as peer:
                for first in range(1, 2 * count, 200):
                    peer.send(b"".join(
                        encoder.head(stream, fields) + wire.frame(wire.DATA, wire.END_STREAM, stream, wire.message())
                        + wire.frame(wire.RST_STREAM, 0, stream, wire.word(wire.CANCEL))
                        for stream in range(first, first + 200, 2)))
                    sent += 100
                    while not peer.closed and peer.readable():
                        peer.read(0.01)
                    # Within what resets are allowed: 20,000 at once, and 2,000 a second after that.
                    if LONG:
                        time.sleep(0.05)
                self.assertTrue(peer.answers_ping(), "the connection ended")
            self.assertEqual(sent, count)
            now, most, total = target.handlers()
            self.assertLessEqual(most, 100)
            self.assertGreater(total, 0)
            record("limit", {"about": f"{count:,} calls, each reset at once", "bound": "`maxConcurrentStreams` = 100",
                             "measured": f"{total:,} handlers, {most} at a time at most"})

    def test_deadline_cancels(self) -> None:
        """A thousand calls a second that their deadline cancels lose no other call."""
        seconds = 30 if LONG else 3
        with Target() as target:
            others = Load(target.port, calls=100 * seconds, rate=100)
            cancels = Load(target.port, calls=1000 * seconds, rate=1000, deadline=30, method="Wait")
            cancelled, figures = cancels.figures(), others.figures()
            self.assertEqual(cancelled.failures, {"DEADLINE_EXCEEDED": 1000 * seconds}, cancelled.first)
            self.assertEqual((figures.ok, figures.failures), (100 * seconds, {}), figures.first)
            end = time.monotonic() + 20
            while target.handlers()[0] and time.monotonic() < end:
                time.sleep(0.1)
            self.assertEqual(target.handlers()[0], 0, "handlers still run")
            record("limit", {
                "about": f"1,000 calls a second that their deadline cancels, for {seconds} s, beside 100 others a second",
                "bound": "", "measured": f"{figures.ok:,} of {figures.calls:,} others succeed, p99 {figures.p99:.0f} ms"})


class MemoryLimitTests(unittest.TestCase):
    """Above what a server with the same clients and no calls holds."""

    BOUND = 16 * MEBIBYTE
    # Streams, handlers and what the allocator keeps, beside the bytes that are bounded.
    SLACK = 40 * MEBIBYTE

    def growth(self, clients: int, sent: bytes, greeting: bytes, **limits: int) -> tuple[int, Target, list[Peer]]:
        raise_file_limit()
        target = Target(**limits)
        self.addCleanup(target.__exit__)
        peers = [Peer(target.port, greeting, receive_buffer=4096) for _ in range(clients)]
        self.addCleanup(lambda: [peer.socket.close() for peer in peers])
        self.assertTrue(all(peer.answers_ping() for peer in peers))
        before = target.rss()
        for peer in peers:
            peer.socket.settimeout(0.5)
            peer.send(sent)
        peak = before
        end = time.monotonic() + 4
        while time.monotonic() < end:
            peak = max(peak, target.rss())
            time.sleep(0.02)
        return peak - before, target, peers

    def slow_readers(self, **limits: int) -> tuple[int, Target, list[Peer]]:
        """A hundred clients that ask for sixteen endless responses each and read nothing."""
        calls = b"".join(wire.head(stream, wire.call_fields("Pour"))
                         + wire.frame(wire.DATA, wire.END_STREAM, stream, wire.message()) for stream in range(1, 33, 2))
        return self.growth(100, calls, wire.hello(initial_window_size=0), **limits)

    def test_slow_readers(self) -> None:
        """Many slow readers at once stay under the server's bound, which is what holds them."""
        bounded, target, _ = self.slow_readers(max_buffer=self.BOUND)
        self.assertLess(bounded, self.BOUND + self.SLACK)
        self.assertTrue(target.serves())
        unbounded, _, _ = self.slow_readers()
        self.assertGreater(unbounded, self.BOUND + self.SLACK)
        record("limit", {
            "about": "1,600 endless responses that nobody reads, on 100 connections", "bound": "`maxBuffer` = 16 MiB",
            "measured": f"grows by {bounded >> 20} MiB; with the default of 1 GiB by {unbounded >> 20} MiB"})

    def test_unfinished_requests(self) -> None:
        """Requests without an end stay under the bound of their connection; the newest calls end, and a status says why."""
        piece = wire.frame(wire.DATA, 0, 1, bytes(16_384))
        start = wire.message(bytes(1 << 20))[:5]
        sent = b"".join(
            wire.head(stream) + wire.frame(wire.DATA, 0, stream, start)
            + b"".join(piece[:5] + wire.word(stream) + piece[9:] for _ in range(40)) for stream in range(1, 101, 2))
        grown, target, peers = self.growth(1, sent, wire.HELLO, max_connection_buffer=8 * MEBIBYTE)
        self.assertLess(grown, 8 * MEBIBYTE + self.SLACK)
        record("limit", {
            "about": "50 requests of a mebibyte without their ends", "bound": "`maxConnectionBuffer` = 8 MiB",
            "measured": f"grows by {grown >> 20} MiB; the newest calls end with `resourceExhausted`"})
        response = peers[0].response(99)
        self.assertEqual(response.get("grpc-status"), "8", response)
        self.assertIn("more bytes that nobody takes", response.get("grpc-message", ""))
        self.assertTrue(target.serves())
