# SPDX-License-Identifier: Apache-2.0
"""Deadlines reach the server, end calls, and end their handlers."""

import time

import grpc

from checks import check, collected, expect, failure, reaches
from echo_protos import EchoRequest

EXCEEDED = grpc.StatusCode.DEADLINE_EXCEEDED


@check("a server knows the time a call has left")
async def seen(echo):
    left = int(await echo.ask("deadline", timeout=300))
    if not 240_000 < left <= 300_000:
        raise AssertionError(f"the server saw {left} ms left of 300 s")


@check("a call without a deadline has none on the server")
async def none(echo):
    expect(await echo.ask("deadline"), "none", "deadline")


async def exceeded(echo, call):
    """`call` ends with its deadline of 2 s, and so does its handler."""
    before = await echo.cancellations()
    start = time.monotonic()
    error = await failure(call())
    took = time.monotonic() - start
    expect(error.code(), EXCEEDED, "status")
    if not 1.9 < took < 20:
        raise AssertionError(f"ended after {took:.2f} s, expected 2 s")
    await reaches(echo.cancellations, before + 1, "cancelled handlers")


@check("a unary call and its handler end with the deadline")
async def unary(echo):
    await exceeded(echo, lambda: echo.Get(EchoRequest(delay_ms=20_000), timeout=2))


@check("a server stream and its handler end with the deadline")
async def server_stream(echo):
    await exceeded(echo, lambda: collected(echo.Expand(EchoRequest(count=1_000, delay_ms=50), timeout=2)))


@check("a bidirectional call whose handler waits for requests ends with the deadline")
async def waiting(echo):
    await exceeded(echo, lambda: collected(echo.Update(timeout=2)))


@check("a call that is quick enough is not touched by its deadline")
async def quick(echo):
    expect(await echo.ask("quick", timeout=10), "quick", "reply")
