# SPDX-License-Identifier: Apache-2.0
"""Compressed requests and replies, each way alone and both at once."""

import grpc

from checks import check, collected, expect
from echo_protos import EchoRequest

PAYLOAD = bytes(range(256)) * 2_000
ALGORITHMS = {"gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}


@check("compressed requests are read")
async def requests(echo):
    for name, algorithm in ALGORITHMS.items():
        reply = await echo.Get(EchoRequest(payload=PAYLOAD), compression=algorithm)
        expect(reply.payload == PAYLOAD, True, f"echo of a {name} request")


@check("replies are compressed by what the handler chooses")
async def replies(echo):
    for name in ALGORITHMS:
        call = echo.Get(EchoRequest(payload=PAYLOAD), metadata=[("x-answer-with", name)])
        reply = await call
        expect(reply.payload == PAYLOAD, True, f"{name} reply")


@check("an unknown choice leaves the replies as they are")
async def unknown(echo):
    reply = await echo.Get(EchoRequest(payload=PAYLOAD), metadata=[("x-answer-with", "brotli")])
    expect(reply.payload == PAYLOAD, True, "reply")


@check("streams pass compressed both ways")
async def streams(echo):
    for name, algorithm in ALGORITHMS.items():
        call = echo.Update(
            iter([EchoRequest(text=f"{i}", payload=PAYLOAD[:i]) for i in range(20)]),
            compression=algorithm, metadata=[("x-answer-with", name)])
        got = await collected(call)
        expect([len(reply.payload) for reply in got], list(range(20)), f"{name} payloads")
        expect([reply.text for reply in got], [f"{i}" for i in range(20)], f"{name} texts")
