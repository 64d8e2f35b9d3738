# SPDX-License-Identifier: Apache-2.0
"""skein.testing.Echo on grpcio: the peer of our client's tests. Prints "listening PORT"; ends on SIGTERM, or with
--until-eof once its standard input closes, as it does when the process that started it is gone.

What a request asks for:
- text: comes back. As the text of a Get, "cancellations" brings the number of cancelled handlers, "deadline" the
  milliseconds left or "none", "peer" the client's address, "shut down" starts a graceful shutdown, and "not serving"
  and "serving" set the health of the service.
- payload: comes back, or reply_bytes zero bytes where that is set.
- count: Expand sends so many replies, "TEXT 0", "TEXT 1", and so on.
- delay_ms: a wait before each reply.
- fail_code, fail_message: the call ends with this status, in place of the reply or after the replies of Expand.
Collect replies with the texts of its requests, joined by spaces; Update answers each request.
Request metadata named x-echo-… comes back both as initial and as trailing metadata; x-answer-with names what the
replies are compressed with, gzip or deflate.
The server has the health and the reflection service, too.
"""

import argparse
import asyncio
import signal
import sys

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from echo_protos import EchoReply, messages, stubs

ALGORITHMS = {"gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}
CODES = {code.value[0]: code for code in grpc.StatusCode}
NAME = messages.DESCRIPTOR.services_by_name["Echo"].full_name


def payload(request):
    return bytes(request.reply_bytes) if request.reply_bytes else request.payload


def details(request):
    """The google.rpc.Status that accompanies a status asked for by fail_code."""
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ErrorInfo(
        reason="ASKED_FOR", domain="skein.testing", metadata={"text": request.text}))
    return status_pb2.Status(code=request.fail_code, message=request.fail_message, details=[detail])


async def until_end(requests):
    """All requests. grpcio may end those of a cancelled call a moment before it cancels the handler."""
    async for request in requests:
        yield request
    await asyncio.sleep(0.005)


class Echo(stubs.EchoServicer):
    def __init__(self):
        self.cancellations = 0
        self.shutdown = asyncio.Event()
        self.health = health.aio.HealthServicer()

    async def Get(self, request, context):
        async with self.call(context) as trailers:
            await self.obey(request, context, trailers)
            if request.text in ("serving", "not serving"):
                await self.set_health(request.text.replace(" ", "_").upper())
            return EchoReply(text=self.answer(request, context), payload=payload(request), server="grpcio")

    async def Expand(self, request, context):
        async with self.call(context) as trailers:
            for index in range(request.count):
                await asyncio.sleep(request.delay_ms / 1000)
                yield EchoReply(text=f"{request.text} {index}", payload=payload(request), server="grpcio")
            await self.fail(request, context, trailers)

    async def Collect(self, requests, context):
        async with self.call(context) as trailers:
            texts = []
            async for request in until_end(requests):
                await self.obey(request, context, trailers)
                texts.append(request.text)
            return EchoReply(text=" ".join(texts), server="grpcio")

    async def Update(self, requests, context):
        async with self.call(context) as trailers:
            async for request in until_end(requests):
                await self.obey(request, context, trailers)
                yield EchoReply(text=request.text, payload=payload(request), server="grpcio")

    def answer(self, request, context):
        match request.text:
            case "cancellations":
                return str(self.cancellations)
            case "deadline":
                left = context.time_remaining()
                return "none" if left is None else str(int(left * 1000))
            case "peer":
                return context.peer()
            case "shut down":
                self.shutdown.set()
        return request.text

    async def set_health(self, status):
        await self.health.set(NAME, health_pb2.HealthCheckResponse.ServingStatus.Value(status))

    async def obey(self, request, context, trailers):
        if request.delay_ms:
            await asyncio.sleep(request.delay_ms / 1000)
        await self.fail(request, context, trailers)

    async def fail(self, request, context, trailers):
        if request.fail_code:
            trailers = (*trailers, ("grpc-status-details-bin", details(request).SerializeToString()))
            await context.abort(CODES[request.fail_code], request.fail_message, trailers)

    def call(self, context):
        return Call(self, context)


class Call:
    """Sends the metadata of one call back and counts its cancellation."""

    def __init__(self, echo, context):
        self.echo, self.context = echo, context

    async def __aenter__(self):
        metadata = dict(self.context.invocation_metadata())
        if algorithm := ALGORITHMS.get(metadata.get("x-answer-with")):
            self.context.set_compression(algorithm)
        echoed = tuple((name, value) for name, value in self.context.invocation_metadata() if name.startswith("x-echo-"))
        if echoed:
            await self.context.send_initial_metadata(echoed)
            self.context.set_trailing_metadata(echoed)
        return echoed

    async def __aexit__(self, kind, error, trace):
        if kind in (asyncio.CancelledError, GeneratorExit):
            self.echo.cancellations += 1


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--until-eof", action="store_true")
    options = parser.parse_args()
    echo = Echo()
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    stubs.add_EchoServicer_to_server(echo, server)
    await echo.health.set("", health_pb2.HealthCheckResponse.SERVING)
    await echo.set_health("SERVING")
    health_pb2_grpc.add_HealthServicer_to_server(echo.health, server)
    reflection.enable_server_reflection((NAME, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    port = server.add_insecure_port(f"127.0.0.1:{options.port}")
    await server.start()
    print(f"listening {port}", flush=True)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, echo.shutdown.set)
    if options.until_eof:
        loop.add_reader(sys.stdin, echo.shutdown.set)
    await echo.shutdown.wait()
    await server.stop(grace=10)


asyncio.run(main())
