# SPDX-License-Identifier: Apache-2.0
"""A graceful shutdown: the server that a suite runs against has ended afterwards."""

import asyncio

import grpc

from checks import check, collected, expect, failure
from echo_protos import EchoRequest


@check("a graceful shutdown announces itself, finishes the calls, and ends the connection")
async def drain(echo):
    expect(await echo.ask("connected"), "connected", "reply")
    slow = [asyncio.ensure_future(echo.Get(EchoRequest(text=f"{i}", delay_ms=5_000))) for i in range(10)]
    stream = echo.Expand(EchoRequest(text="n", count=10, delay_ms=100))
    expect((await stream.read()).text, "n 0", "first reply")

    expect(await echo.ask("shut down"), "shut down", "reply")
    # GOAWAY takes the channel out of READY, although its calls go on.
    await asyncio.wait_for(echo.channel.wait_for_state_change(grpc.ChannelConnectivity.READY), 4)
    expect([call.done() for call in slow], [False] * 10, "calls done when the server announced its end")

    expect([(await call).text for call in slow], [f"{i}" for i in range(10)], "replies")
    expect([reply.text for reply in await collected(stream)], [f"n {i}" for i in range(1, 10)], "rest of the stream")
    error = await failure(echo.Get(EchoRequest(text="anyone?"), timeout=5))
    expect(error.code(), grpc.StatusCode.UNAVAILABLE, "status of a call after the end")
