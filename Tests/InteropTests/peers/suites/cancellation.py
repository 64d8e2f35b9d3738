# SPDX-License-Identifier: Apache-2.0
"""A client that loses interest cancels the handler."""

import asyncio

from checks import check, expect, reaches
from echo_protos import EchoRequest

LONG = 20_000  # milliseconds: no handler ends by itself during a check


async def cancelled(echo, start):
    before = await echo.cancellations()
    call = await start()
    await asyncio.sleep(0.1)  # lets the handler reach its wait
    expect(call.cancel(), True, "cancel")
    await reaches(echo.cancellations, before + 1, "cancelled handlers")
    expect(await echo.ask("still there"), "still there", "next call")


@check("a cancelled unary call cancels its handler")
async def unary(echo):
    async def start():
        return echo.Get(EchoRequest(delay_ms=LONG))
    await cancelled(echo, start)


@check("a server stream cancelled after its first reply cancels its handler")
async def server_stream(echo):
    async def start():
        call = echo.Expand(EchoRequest(text="n", count=100_000, delay_ms=10))
        expect((await call.read()).text, "n 0", "first reply")
        return call
    await cancelled(echo, start)


@check("a cancelled client stream cancels its handler")
async def client_stream(echo):
    async def start():
        call = echo.Collect()
        await call.write(EchoRequest(text="only"))
        return call
    await cancelled(echo, start)


@check("a cancelled bidirectional call cancels its handler")
async def bidirectional(echo):
    async def start():
        call = echo.Update()
        await call.write(EchoRequest(text="ping"))
        expect((await call.read()).text, "ping", "first reply")
        return call
    await cancelled(echo, start)


@check("a lost connection cancels its handlers")
async def connection(echo):
    other = type(echo)(echo.port)
    before = await echo.cancellations()
    calls = [other.Get(EchoRequest(delay_ms=LONG)) for _ in range(3)]
    expect(await other.ask("connected"), "connected", "reply")
    await asyncio.sleep(0.1)
    await other.channel.close()
    await asyncio.gather(*(call.code() for call in calls))
    await reaches(echo.cancellations, before + 3, "cancelled handlers")
