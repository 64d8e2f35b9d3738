# SPDX-License-Identifier: Apache-2.0
"""rpc_soak and channel_soak: large unary calls one after the other, none of which may fail or be slow."""

import time

import grpc

from expectation import expect
from interop_contract import Stub

ITERATIONS = 10
# Far more than gRPC's own second: the machine that tests run on may be busy.
LATENCY = 20


async def soak(bed, request, channel_per_call):
    problems = []
    for iteration in range(ITERATIONS):
        start = time.monotonic()
        if channel_per_call:
            async with bed.make_channel() as channel:
                problem = await call(Stub(channel), request)
        else:
            problem = await call(bed.stub, request)
        elapsed = time.monotonic() - start
        if problem is None and elapsed > LATENCY:
            problem = "too slow"
        if problem:
            problems.append(f"call {iteration}, {elapsed:.3f} s: {problem}")
    expect(problems, [], f"problems of {ITERATIONS} calls")


async def call(stub, request):
    """What is wrong with one call."""
    try:
        response = await stub.UnaryCall(request)
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name} {error.details()}"
    size = len(response.message.payload.body)
    return None if size == request.response_size else f"the payload has {size} bytes"
