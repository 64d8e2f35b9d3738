# SPDX-License-Identifier: Apache-2.0
"""The four call shapes."""

from checks import check, collected, expect
from echo_protos import EchoRequest


@check("a unary call brings its reply")
async def unary(echo):
    reply = await echo.Get(EchoRequest(text="hello", payload=b"\x00\xff"))
    expect((reply.text, reply.payload), ("hello", b"\x00\xff"), "reply")


@check("text beyond ASCII survives")
async def unicode(echo):
    expect(await echo.ask("Grüße, 世界 🪿"), "Grüße, 世界 🪿", "text")


@check("a server stream brings its replies in order")
async def server_stream(echo):
    replies = await collected(echo.Expand(EchoRequest(text="n", count=20)))
    expect([reply.text for reply in replies], [f"n {i}" for i in range(20)], "texts")


@check("a server stream may be empty")
async def empty_server_stream(echo):
    expect(await collected(echo.Expand(EchoRequest(count=0))), [], "replies")


@check("a client stream is read to its end")
async def client_stream(echo):
    reply = await echo.Collect(iter([EchoRequest(text=f"{i}") for i in range(20)]))
    expect(reply.text, " ".join(map(str, range(20))), "texts")


@check("a client stream may be empty")
async def empty_client_stream(echo):
    expect((await echo.Collect(iter([]))).text, "", "texts")


@check("a bidirectional call plays ping-pong")
async def ping_pong(echo):
    call = echo.Update()
    for index in range(50):
        await call.write(EchoRequest(text=f"ping {index}"))
        expect((await call.read()).text, f"ping {index}", "echo")
    await call.done_writing()
    expect(await collected(call), [], "replies after the half close")


@check("replies follow after the client's half close")
async def half_close(echo):
    call = echo.Update()
    for index in range(5):
        await call.write(EchoRequest(text=f"{index}", delay_ms=20))
    await call.done_writing()
    expect([reply.text for reply in await collected(call)], ["0", "1", "2", "3", "4"], "replies")


@check("a bidirectional call may carry no message")
async def empty_bidirectional(echo):
    call = echo.Update()
    await call.done_writing()
    expect(await collected(call), [], "replies")
