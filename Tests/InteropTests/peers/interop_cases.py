# SPDX-License-Identifier: Apache-2.0
"""gRPC's interoperability tests (grpc/doc/interop-test-descriptions.md) for a client on grpcio."""

import asyncio
import os
import time

import grpc

from expectation import expect
from interop_contract import (
    REPORTS, BoolValue, EchoStatus, Empty, InputRequest, LoadReport, LoadReportRequest, OutputRequest,
    Payload, ResponseParameters, SimpleRequest, Stub, TestOrcaReport)
from interop_soak import soak

CASES = {}
LARGE = {"response_size": 314_159, "payload": Payload(body=bytes(271_828))}
SIZES = [(27_182, 31_415), (8, 9), (1_828, 2_653), (45_904, 58_979)]
INITIAL = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
TRAILING = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


def case(function):
    CASES[function.__name__] = function
    return function


async def failure(call, code, what):
    """What the call, which must fail with `code`, says."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        expect(error.code(), code, what)
        return error.details()
    raise AssertionError(f"{what}: expected {code.name}, got OK")


def zeros(payload, count, what):
    expect(len(payload.body), count, f"payload bytes of {what}")
    expect(payload.body.count(0), count, f"zeros in the payload of {what}")


def asking(*sizes, zeros=0):
    return OutputRequest(
        response_parameters=[ResponseParameters(size=size) for size in sizes], payload=Payload(body=bytes(zeros)))


async def collected(call):
    return [response.message async for response in call]


@case
async def empty_unary(bed):
    expect((await bed.stub.EmptyCall(Empty())).message, Empty(), "the response")


@case
async def large_unary(bed):
    zeros((await bed.stub.UnaryCall(SimpleRequest(**LARGE))).message.payload, 314_159, "the response")


class ResponseCache(grpc.aio.UnaryUnaryClientInterceptor):
    """A private cache: gRPC knows no GET any more, and caches on the way do not answer POSTs."""

    def __init__(self):
        self.responses = {}

    async def intercept_unary_unary(self, continuation, details, request):
        key = (details.method, request.SerializeToString())
        if key in self.responses:
            return self.responses[key]
        call = await continuation(details, request)
        header = dict(await call.initial_metadata()).get("cache-control", "")
        if "max-age=60" in header:
            self.responses[key] = await call
        return call


@case
async def cacheable_unary(bed):
    async with bed.make_channel([ResponseCache()]) as channel:
        request = SimpleRequest(payload=Payload(body=str(time.time_ns()).encode()))
        call = Stub(channel).CacheableUnaryCall
        first, second = [(await call(request, metadata=[("x-user-ip", "1.2.3.4")])).message for _ in range(2)]
        expect(len(first.payload.body) > 0, True, "a first payload")
        expect(second.payload.body, first.payload.body, "the second payload")


@case
async def pick_first_unary(bed):
    request = SimpleRequest(response_size=1, payload=Payload(body=bytes(1)), fill_server_id=True)
    names = {(await bed.stub.UnaryCall(request)).message.server_id for _ in range(100)}
    expect((len(names), "" in names), (1, False), "server_id of 100 calls")


@case
async def client_compressed_unary(bed):
    request = SimpleRequest(**LARGE, expect_compressed=BoolValue(value=True))
    await failure(bed.stub.UnaryCall(request), grpc.StatusCode.INVALID_ARGUMENT, "the probe")
    response = await bed.stub.UnaryCall(request, compression=grpc.Compression.Gzip)
    zeros(response.message.payload, 314_159, "the compressed call")
    request.expect_compressed.value = False
    zeros((await bed.stub.UnaryCall(request)).message.payload, 314_159, "the uncompressed call")


@case
async def server_compressed_unary(bed):
    for compressed in (True, False):
        request = SimpleRequest(**LARGE, response_compressed=BoolValue(value=compressed))
        response = await bed.stub.UnaryCall(request)
        expect(response.compressed, compressed, "the compressed flag")
        zeros(response.message.payload, 314_159, "the response")


@case
async def client_compressed_streaming(bed):
    """grpcio has no switch for one message. It sends as it is what does not shrink: random bytes instead of zeros."""
    first = InputRequest(payload=Payload(body=bytes(27_182)), expect_compressed=BoolValue(value=True))
    second = InputRequest(payload=Payload(body=os.urandom(45_904)), expect_compressed=BoolValue(value=False))
    await failure(bed.stub.StreamingInputCall(iter([first])), grpc.StatusCode.INVALID_ARGUMENT, "the probe")
    call = bed.stub.StreamingInputCall(iter([first, second]), compression=grpc.Compression.Gzip)
    expect((await call).message.aggregated_payload_size, 73_086, "aggregated_payload_size")


@case
async def server_compressed_streaming(bed):
    wanted = [(True, 31_415), (False, 92_653)]
    call = bed.stub.StreamingOutputCall(OutputRequest(response_parameters=[
        ResponseParameters(size=size, compressed=BoolValue(value=compressed)) for compressed, size in wanted]))
    responses = [response async for response in call]
    expect([(each.compressed, len(each.message.payload.body)) for each in responses], wanted, "the responses")


@case
async def client_streaming(bed):
    requests = [InputRequest(payload=Payload(body=bytes(size))) for size, _ in SIZES]
    response = await bed.stub.StreamingInputCall(iter(requests))
    expect(response.message.aggregated_payload_size, 74_922, "aggregated_payload_size")


@case
async def server_streaming(bed):
    responses = await collected(bed.stub.StreamingOutputCall(asking(*(size for _, size in SIZES))))
    expect(len(responses), 4, "responses")
    for response, (_, size) in zip(responses, SIZES):
        zeros(response.payload, size, "a response")


@case
async def ping_pong(bed):
    call = bed.stub.FullDuplexCall()
    for request_size, response_size in SIZES:
        await call.write(asking(response_size, zeros=request_size))
        zeros((await call.read()).message.payload, response_size, "a response")
    await call.done_writing()
    expect(await call.read(), grpc.aio.EOF, "what follows the last response")
    expect(await call.code(), grpc.StatusCode.OK, "the status")


@case
async def empty_stream(bed):
    call = bed.stub.FullDuplexCall()
    await call.done_writing()
    expect(len(await collected(call)), 0, "responses")
    expect(await call.code(), grpc.StatusCode.OK, "the status")


async def echoes(call, what):
    expect(dict(await call.initial_metadata()).get(INITIAL[0]), INITIAL[1], f"{INITIAL[0]} of {what}")
    expect(dict(await call.trailing_metadata()).get(TRAILING[0]), TRAILING[1], f"{TRAILING[0]} of {what}")


@case
async def custom_metadata(bed):
    call = bed.stub.UnaryCall(SimpleRequest(**LARGE), metadata=(INITIAL, TRAILING))
    zeros((await call).message.payload, 314_159, "the response")
    await echoes(call, "UnaryCall")
    call = bed.stub.FullDuplexCall(iter([asking(314_159, zeros=271_828)]), metadata=(INITIAL, TRAILING))
    responses = await collected(call)
    expect([len(response.payload.body) for response in responses], [314_159], "payload bytes of the stream")
    await echoes(call, "FullDuplexCall")


@case
async def status_code_and_message(bed):
    status = EchoStatus(code=2, message="test status message")
    said = await failure(
        bed.stub.UnaryCall(SimpleRequest(response_status=status)), grpc.StatusCode.UNKNOWN, "UnaryCall")
    expect(said, status.message, "the message of UnaryCall")
    call = bed.stub.FullDuplexCall(iter([OutputRequest(response_status=status)]))
    said = await failure(collected(call), grpc.StatusCode.UNKNOWN, "FullDuplexCall")
    expect(said, status.message, "the message of FullDuplexCall")


@case
async def special_status_message(bed):
    request = SimpleRequest(response_status=EchoStatus(code=2, message=SPECIAL))
    expect(await failure(bed.stub.UnaryCall(request), grpc.StatusCode.UNKNOWN, "UnaryCall"), SPECIAL, "the message")


@case
async def unimplemented_method(bed):
    await failure(bed.stub.UnimplementedCall(Empty()), grpc.StatusCode.UNIMPLEMENTED, "UnimplementedCall")


@case
async def unimplemented_service(bed):
    stub = Stub(bed.channel, "grpc.testing.UnimplementedService")
    await failure(stub.UnimplementedCall(Empty()), grpc.StatusCode.UNIMPLEMENTED, "UnimplementedService")


async def cancelled(call, what):
    expect(call.cancel(), True, f"cancelling {what}")
    expect(await call.code(), grpc.StatusCode.CANCELLED, f"the status of {what}")


@case
async def cancel_after_begin(bed):
    call = bed.stub.StreamingInputCall()
    await call.wait_for_connection()
    await cancelled(call, "StreamingInputCall")


@case
async def cancel_after_first_response(bed):
    call = bed.stub.FullDuplexCall()
    await call.write(asking(31_415, zeros=27_182))
    zeros((await call.read()).message.payload, 31_415, "the first response")
    await cancelled(call, "FullDuplexCall")


@case
async def timeout_on_sleeping_server(bed):
    async def call():
        stream = bed.stub.FullDuplexCall(timeout=0.001)
        try:
            await stream.write(OutputRequest(payload=Payload(body=bytes(27_182))))
        except asyncio.InvalidStateError:
            pass  # the deadline came first: the stream tells when it is read
        await collected(stream)

    async def uninterrupted():
        for _ in range(20):
            try:
                return await call()
            except grpc.aio.AioRpcError as error:
                # What grpcio makes of a deadline that passes while it writes, whatever the server does.
                if not (error.details() or "").startswith("Internal error from Core"):
                    raise

    await failure(uninterrupted(), grpc.StatusCode.DEADLINE_EXCEEDED, "FullDuplexCall")


def load_report(**fields):
    """The same as it is asked for and as it comes."""
    memory = fields.pop("memory_utilization")
    return TestOrcaReport(memory_utilization=memory, **fields), LoadReport(mem_utilization=memory, **fields)


@case
async def orca_oob(bed):
    request = LoadReportRequest()
    request.report_interval.seconds = 1
    reports = Stub(bed.channel, REPORTS).StreamCoreMetrics(request)
    call = bed.stub.FullDuplexCall()
    for cpu, memory, utilization in [(0.8210, 0.5847, 0.30499), (0.29309, 0.2, 0.2039)]:
        asked, wanted = load_report(
            cpu_utilization=cpu, memory_utilization=memory, utilization={"util": utilization})
        await call.write(
            OutputRequest(response_parameters=[ResponseParameters(size=1)], orca_oob_report=asked))
        await call.read()
        async with asyncio.timeout(10):
            while (await reports.read()).message != wanted:
                pass
    await call.done_writing()
    reports.cancel()


@case
async def rpc_soak(bed):
    await soak(bed, SimpleRequest(**LARGE), channel_per_call=False)


@case
async def channel_soak(bed):
    await soak(bed, SimpleRequest(**LARGE), channel_per_call=True)
