# SPDX-License-Identifier: Apache-2.0
"""Statuses, their messages and details, and calls to what is not there."""

import asyncio

import grpc
from google.rpc import error_details_pb2, status_pb2

from checks import check, collected, expect, failure
from echo_protos import EchoReply, EchoRequest

CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]
NOT_FOUND = grpc.StatusCode.NOT_FOUND.value[0]


async def failed(echo, message, code=grpc.StatusCode.NOT_FOUND):
    error = await failure(echo.Get(EchoRequest(fail_code=code.value[0], fail_message=message)))
    expect((error.code(), error.details()), (code, message), "status")


@check("every status code arrives with its message")
async def codes(echo):
    for code in CODES:
        await failed(echo, f"this is {code.name}", code)


@check("a message beyond ASCII arrives")
async def unicode(echo):
    await failed(echo, "nicht gefunden: Gänse 🪿")


@check("a message with percent signs and control characters arrives")
async def escapes(echo):
    await failed(echo, "100% of a\tb\r\nc %41 %zz \x7f")


@check("a status without a message arrives")
async def empty(echo):
    await failed(echo, "")


@check("a message of 2 KiB arrives")
async def long(echo):
    await failed(echo, "m" * 2_048)


@check("rich details arrive")
async def details(echo):
    error = await failure(echo.Get(EchoRequest(text="t", fail_code=NOT_FOUND, fail_message="rich")))
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    expect((status.code, status.message, len(status.details)), (NOT_FOUND, "rich", 1), "google.rpc.Status")
    expect(status.details[0].Unpack(info), True, "detail is an ErrorInfo")
    expect((info.reason, info.domain, dict(info.metadata)), ("ASKED_FOR", "skein.testing", {"text": "t"}), "ErrorInfo")


@check("a failure after messages arrives behind them")
async def after_messages(echo):
    call = echo.Expand(EchoRequest(text="n", count=3, fail_code=NOT_FOUND, fail_message="late"))
    expect([(await call.read()).text for _ in range(3)], ["n 0", "n 1", "n 2"], "replies")
    error = await failure(call.read())
    expect((error.code(), error.details()), (grpc.StatusCode.NOT_FOUND, "late"), "status")


@check("a client stream is told early that its call failed")
async def early(echo):
    call = echo.Collect()
    await call.write(EchoRequest(fail_code=NOT_FOUND, fail_message="early"))
    error = await failure(asyncio.wait_for(call, 60))
    expect((error.code(), error.details()), (grpc.StatusCode.NOT_FOUND, "early"), "status")


@check("a bidirectional call is told early that it failed")
async def early_bidirectional(echo):
    call = echo.Update()
    await call.write(EchoRequest(text="fine"))
    await call.write(EchoRequest(fail_code=NOT_FOUND, fail_message="early"))
    expect((await call.read()).text, "fine", "first reply")
    error = await failure(asyncio.wait_for(collected(call), 60))
    expect((error.code(), error.details()), (grpc.StatusCode.NOT_FOUND, "early"), "status")


async def missing(echo, path):
    method = echo.channel.unary_unary(
        path, request_serializer=EchoRequest.SerializeToString, response_deserializer=EchoReply.FromString)
    error = await failure(method(EchoRequest(text="anyone?")))
    expect(error.code(), grpc.StatusCode.UNIMPLEMENTED, path)
    expect(await echo.ask("still there"), "still there", "next call")


@check("an unknown method is unimplemented")
async def unknown_method(echo):
    await missing(echo, "/skein.testing.Echo/Missing")


@check("an unknown service is unimplemented")
async def unknown_service(echo):
    await missing(echo, "/skein.testing.Missing/Get")


@check("a request that is no message fails, and the connection lives")
async def garbage(echo):
    method = echo.channel.unary_unary("/skein.testing.Echo/Get", response_deserializer=EchoReply.FromString)
    error = await failure(method(b"\xff\xff\xff\xff"))
    if error.code() not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN):
        raise AssertionError(f"status {error.code()}, expected INTERNAL (or grpcio's own UNKNOWN)")
    expect(await echo.ask("still there"), "still there", "next call")
