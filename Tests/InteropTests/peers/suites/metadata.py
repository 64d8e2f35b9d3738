# SPDX-License-Identifier: Apache-2.0
"""Metadata in both directions: text, binary, repeated, with success and with failure."""

import grpc

from checks import check, collected, expect, failure
from echo_protos import EchoRequest

EVERY_BYTE = bytes(range(256))


def named(metadata, name):
    return [value for key, value in metadata if key == name]


async def round_trip(echo, sent):
    """Sends metadata with a Get and checks that both kinds of response metadata bring it back."""
    call = echo.Get(EchoRequest(text="m"), metadata=sent)
    await call
    for what, received in (("initial", await call.initial_metadata()), ("trailing", await call.trailing_metadata())):
        for name in dict(sent):
            expect(named(received, name), named(sent, name), f"{what} metadata {name}")


@check("text metadata comes back")
async def text(echo):
    await round_trip(echo, (("x-echo-a", "one"), ("x-echo-b.c_d-e", "two words, a comma; ~!@#$%^&*()")))


@check("binary metadata comes back")
async def binary(echo):
    await round_trip(echo, (("x-echo-every-bin", EVERY_BYTE), ("x-echo-one-bin", b"\x00")))


@check("binary metadata of every length modulo three comes back")
async def padding(echo):
    await round_trip(echo, tuple((f"x-echo-{size}-bin", EVERY_BYTE[:size]) for size in range(1, 8)))


@check("repeated names keep their values in order")
async def repeated(echo):
    await round_trip(echo, (
        ("x-echo-a", "1"), ("x-echo-a-bin", b"1"), ("x-echo-a", "2"), ("x-echo-a-bin", b"\xff\xfe"), ("x-echo-a", "1")))


@check("metadata of 4 KiB comes back")
async def large(echo):
    await round_trip(echo, (("x-echo-large", "v" * 4_096),))


@check("metadata comes back on a stream, before its first message")
async def stream(echo):
    call = echo.Expand(EchoRequest(count=2, delay_ms=50), metadata=(("x-echo-a", "s"),))
    expect(named(await call.initial_metadata(), "x-echo-a"), ["s"], "initial metadata")
    expect(len(await collected(call)), 2, "replies")
    expect(named(await call.trailing_metadata(), "x-echo-a"), ["s"], "trailing metadata")


@check("trailing metadata comes with a failure")
async def failing(echo):
    request = EchoRequest(fail_code=grpc.StatusCode.NOT_FOUND.value[0], fail_message="none")
    error = await failure(echo.Get(request, metadata=(("x-echo-a", "t"), ("x-echo-b-bin", EVERY_BYTE))))
    expect(named(error.trailing_metadata(), "x-echo-a"), ["t"], "trailing metadata")
    expect(named(error.trailing_metadata(), "x-echo-b-bin"), [EVERY_BYTE], "binary trailing metadata")
