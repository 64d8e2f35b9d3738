# SPDX-License-Identifier: Apache-2.0
"""grpc.testing.TestService on grpcio: the peer of our interop client. Prints "listening PORT"; ends on SIGTERM, or with
--until-eof once its standard input closes, as it does when the process that started it is gone.

With --faults it does some things almost right, so that a client's cases have something to find.
"""

import argparse
import asyncio
import os
import secrets
import signal
import sys
import time
from pathlib import Path

import grpc

from interop_contract import (
    LOAD_TRAILER, OPTIONS, REPORTS, Empty, InputResponse, LoadReport, OutputResponse, Payload, SimpleResponse, handlers)

INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
CODES = {code.value[0]: code for code in grpc.StatusCode}


class TestService:
    def __init__(self):
        self.report = LoadReport()
        self.server_id = f"{os.getpid()}-{secrets.token_hex(8)}"

    async def EmptyCall(self, request, context):
        await self.begin(context)
        return Empty()

    async def UnaryCall(self, request, context):
        asked = request.message
        await self.begin(context, asked.response_compressed.value)
        await self.require(asked, request.compressed, context)
        if asked.HasField("orca_per_query_report"):
            report = self.load_report(asked.orca_per_query_report)
            context.set_trailing_metadata(((LOAD_TRAILER, report.SerializeToString()),))
        self.note_report(asked)
        await self.fail(asked, context)
        return SimpleResponse(
            payload=self.payload(asked.response_size), server_id=self.server_id if asked.fill_server_id else "")

    async def CacheableUnaryCall(self, request, context):
        await context.send_initial_metadata((("cache-control", "max-age=60, public"),))
        return SimpleResponse(payload=Payload(body=str(time.time_ns()).encode()))

    async def StreamingOutputCall(self, request, context):
        await self.begin(context, any(each.compressed.value for each in request.message.response_parameters))
        async for response in self.answers(request.message, context):
            yield response

    async def StreamingInputCall(self, requests, context):
        await self.begin(context)
        total = 0
        async for request in requests:
            await self.require(request.message, request.compressed, context)
            total += len(request.message.payload.body)
        return InputResponse(aggregated_payload_size=total)

    async def FullDuplexCall(self, requests, context):
        await self.begin(context)
        async for request in requests:
            self.note_report(request.message)
            async for response in self.answers(request.message, context):
                yield response

    def note_report(self, asked):
        if asked.HasField("orca_oob_report"):
            self.report = self.load_report(asked.orca_oob_report)

    def load_report(self, asked):
        return LoadReport(
            cpu_utilization=asked.cpu_utilization, mem_utilization=asked.memory_utilization,
            request_cost=asked.request_cost, utilization=asked.utilization)

    async def StreamCoreMetrics(self, request, context):
        while True:
            yield self.report
            await asyncio.sleep(max(1, request.message.report_interval.ToTimedelta().total_seconds()))

    async def HalfDuplexCall(self, requests, context):
        await self.begin(context)
        for request in [request async for request in requests]:
            async for response in self.answers(request.message, context):
                yield response

    async def begin(self, context, compresses=False):
        """Sends the metadata back that clients look for."""
        metadata = context.invocation_metadata() or ()
        if compresses:
            context.set_compression(grpc.Compression.Gzip)
        context.set_trailing_metadata(tuple(each for each in metadata if each[0] == TRAILING))
        await context.send_initial_metadata(tuple(each for each in metadata if each[0] == INITIAL))

    async def require(self, asked, compressed, context):
        if asked.HasField("expect_compressed") and asked.expect_compressed.value != compressed:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"expect_compressed: compressed is {compressed}")

    async def fail(self, asked, context):
        if asked.response_status.code:
            # What an aborted call sends as trailing metadata is what abort is given.
            await context.abort(
                CODES[asked.response_status.code], asked.response_status.message, context.trailing_metadata())

    async def answers(self, asked, context):
        await self.fail(asked, context)
        for parameters in asked.response_parameters:
            await asyncio.sleep(parameters.interval_us / 1_000_000)
            if not parameters.compressed.value:
                context.disable_next_message_compression()
            yield OutputResponse(payload=self.payload(parameters.size))

    def payload(self, size):
        return Payload(body=bytes(size))


class FaultyService(TestService):
    """What is wrong: "payload", one byte is missing; "metadata", none is echoed; "rest", everything else."""

    def __init__(self, faults):
        super().__init__()
        self.faults = set(faults)

    async def EmptyCall(self, request, context):
        if "rest" in self.faults:
            await context.abort(grpc.StatusCode.INTERNAL, "faulty")
        return await super().EmptyCall(request, context)

    async def UnaryCall(self, request, context):
        if "rest" in self.faults:
            self.server_id = secrets.token_hex(8)
        return await super().UnaryCall(request, context)

    async def CacheableUnaryCall(self, request, context):
        if "rest" in self.faults:
            return SimpleResponse(payload=Payload(body=str(time.time_ns()).encode()))
        return await super().CacheableUnaryCall(request, context)

    async def StreamingInputCall(self, requests, context):
        response = await super().StreamingInputCall(requests, context)
        response.aggregated_payload_size += "rest" in self.faults
        return response

    async def FullDuplexCall(self, requests, context):
        async for response in super().FullDuplexCall(requests, context):
            yield response
        if "rest" in self.faults:
            yield OutputResponse()

    async def UnimplementedCall(self, request, context):
        if "rest" not in self.faults:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "as it should be")
        return Empty()

    async def begin(self, context, compresses=False):
        if self.faults & {"rest", "metadata"}:
            await context.send_initial_metadata(())
        else:
            await super().begin(context, compresses)

    async def require(self, asked, compressed, context):
        if "rest" not in self.faults:
            await super().require(asked, compressed, context)

    async def fail(self, asked, context):
        if "rest" in self.faults and asked.response_status.code:
            await context.abort(CODES[asked.response_status.code], asked.response_status.message.strip() + "!")
        await super().fail(asked, context)

    def load_report(self, asked):
        report = super().load_report(asked)
        report.cpu_utilization += "rest" in self.faults
        return report

    def payload(self, size):
        return super().payload(size - ("payload" in self.faults and size > 0))


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--cert", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--faults", nargs="+", choices=("payload", "metadata", "rest"))
    parser.add_argument("--until-eof", action="store_true")
    options = parser.parse_args()
    server = grpc.aio.server(options=[*OPTIONS, ("grpc.so_reuseport", 0)])
    service = FaultyService(options.faults) if options.faults else TestService()
    server.add_generic_rpc_handlers((handlers(service), handlers(service, REPORTS)))
    address = f"{options.host}:{options.port}"
    if options.tls:
        pair = (options.key.read_bytes(), options.cert.read_bytes())
        port = server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
    else:
        port = server.add_insecure_port(address)
    await server.start()
    print(f"listening {port}", flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    if options.until_eof:
        loop.add_reader(sys.stdin, ended.set)
    await ended.wait()
    await server.stop(grace=1)


asyncio.run(main())
