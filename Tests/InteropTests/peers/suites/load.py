# SPDX-License-Identifier: Apache-2.0
"""Many calls and many messages on one connection."""

import asyncio

from checks import check, collected, expect
from echo_protos import EchoRequest


@check("500 calls run at once on one connection")
async def concurrent(echo):
    replies = await asyncio.gather(*(echo.Get(EchoRequest(text="peer", delay_ms=200)) for _ in range(500)))
    expect(len({reply.text for reply in replies}), 1, "connections used")


@check("500 calls at once each get their own reply")
async def own_replies(echo):
    replies = await asyncio.gather(*(
        echo.Get(EchoRequest(text=f"{i}", payload=bytes(i), delay_ms=i % 7)) for i in range(500)))
    expect([(reply.text, len(reply.payload)) for reply in replies], [(f"{i}", i) for i in range(500)], "replies")


@check("a server stream of 10,000 messages arrives whole and in order")
async def long_server_stream(echo):
    replies = await collected(echo.Expand(EchoRequest(text="n", count=10_000, reply_bytes=100)))
    expect([reply.text for reply in replies] == [f"n {i}" for i in range(10_000)], True, "order of the replies")


@check("a client stream of 10,000 messages arrives whole")
async def long_client_stream(echo):
    reply = await echo.Collect(iter([EchoRequest(text=f"{i}", payload=bytes(100)) for i in range(10_000)]))
    expect(reply.text, " ".join(map(str, range(10_000))), "texts")


@check("a slow reader gets everything")
async def slow_reader(echo):
    call = echo.Expand(EchoRequest(text="n", count=64, reply_bytes=256 * 1_024))
    sizes = []
    async for reply in call:
        if len(sizes) < 10:
            await asyncio.sleep(0.02)
        sizes.append(len(reply.payload))
    expect(sizes, [256 * 1_024] * 64, "reply sizes")


@check("unread streams do not hold up other calls")
async def unread(echo):
    calls = [echo.Expand(EchoRequest(count=1_000, reply_bytes=64 * 1_024)) for _ in range(8)]
    await asyncio.gather(*(call.read() for call in calls))
    expect(await echo.ask("past them", timeout=60), "past them", "reply")
    for call in calls:
        call.cancel()


@check("20 bidirectional calls share a connection")
async def chats(echo):
    async def chat(name):
        call = echo.Update()
        for index in range(50):
            await call.write(EchoRequest(text=f"{name} {index}"))
            expect((await call.read()).text, f"{name} {index}", "echo")
        await call.done_writing()
        expect(await collected(call), [], "replies after the half close")

    await asyncio.gather(*(chat(name) for name in range(20)))
