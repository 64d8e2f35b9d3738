# SPDX-License-Identifier: Apache-2.0
"""Messages of every size, and those that are too large."""

import grpc

from checks import check, collected, expect, failure
from echo_protos import EchoRequest

KIB, MIB = 1_024, 1_024 * 1_024
SIZES = [0, 1, 64 * KIB, MIB, 3 * MIB]
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED


def pattern(size):
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


@check("an empty message is a message")
async def empty(echo):
    reply = await echo.Get(EchoRequest())
    expect((reply.text, reply.payload), ("", b""), "reply")


@check("requests and replies of 0 B to 3 MiB arrive whole")
async def sizes(echo):
    for size in SIZES:
        reply = await echo.Get(EchoRequest(payload=pattern(size)))
        expect(reply.payload == pattern(size), True, f"echo of {size} bytes")


@check("sizes around the flow control windows arrive whole")
async def boundaries(echo):
    for size in (16_378, 16_384, 65_529, 65_535, 65_536, MIB - 1, MIB + 1):
        reply = await echo.Get(EchoRequest(payload=pattern(size)))
        expect(reply.payload == pattern(size), True, f"echo of {size} bytes")


@check("streams carry large messages")
async def streams(echo):
    replies = await collected(echo.Expand(EchoRequest(count=8, reply_bytes=MIB)))
    expect([len(reply.payload) for reply in replies], [MIB] * 8, "reply sizes")
    reply = await echo.Collect(iter([EchoRequest(text=f"{i}", payload=bytes(MIB)) for i in range(8)]))
    expect(reply.text, "0 1 2 3 4 5 6 7", "texts")


async def too_large(echo, request):
    error = await failure(echo.Get(request))
    expect(error.code(), EXHAUSTED, "status")
    expect(await echo.ask("still there"), "still there", "next call")


@check("a request of 5 MiB is too large for the server, and the connection lives")
async def too_large_request(echo):
    await too_large(echo, EchoRequest(payload=bytes(5 * MIB)))


@check("a reply of 5 MiB is too large for the client, and the connection lives")
async def too_large_reply(echo):
    await too_large(echo, EchoRequest(reply_bytes=5 * MIB))
