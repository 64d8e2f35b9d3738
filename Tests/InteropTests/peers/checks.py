# SPDX-License-Identifier: Apache-2.0
"""What the suites share: how a check is registered, and what it says when it does not hold."""

import asyncio

import grpc

from echo_protos import EchoRequest, stubs
from expectation import expect

SUITES = {}


def check(name):
    """Registers an async function of a stub as a check of the suite named after its module."""
    def register(function):
        SUITES.setdefault(function.__module__.rpartition(".")[2], []).append((name, function))
        return function
    return register


class Echo(stubs.EchoStub):
    """A stub with the channel it uses, on a connection of its own."""

    def __init__(self, port):
        self.port = port
        self.channel = grpc.aio.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])
        super().__init__(self.channel)

    async def ask(self, text, **options):
        """The text of the reply to a plain Get."""
        return (await self.Get(EchoRequest(text=text), **options)).text

    async def cancellations(self):
        return int(await self.ask("cancellations"))


async def failure(call):
    """The error that `call`, which must fail, ends with."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error
    raise AssertionError("the call succeeded")


async def collected(call):
    """Every reply that a streaming call still brings."""
    replies = []
    while (reply := await call.read()) is not grpc.aio.EOF:
        replies.append(reply)
    return replies


async def reaches(count, expected, what):
    """Waits until `count()` is `expected`: the other side learns of a cancellation a moment later."""
    for _ in range(200):
        if await count() >= expected:
            break
        await asyncio.sleep(0.01)
    expect(await count(), expected, what)
