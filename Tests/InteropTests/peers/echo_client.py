# SPDX-License-Identifier: Apache-2.0
"""Checks a server of skein.testing.Echo with grpcio: `echo_client.py SUITE PORT`, where SUITE may be "all".

Prints `ok NAME` or `fail NAME: REASON` for each check and exits with 1 when one failed. The service that the checks
expect is described in echo_server.py.
"""

import asyncio
import logging
import sys

import grpc

from checks import SUITES, Echo
from suites import cancellation, compression, deadlines, drain, errors, load, messages, metadata, services, shapes  # noqa: F401

TIMEOUT = 100


async def run(name, function, port):
    echo = Echo(port)
    try:
        await asyncio.wait_for(function(echo), TIMEOUT)
        reason = None
    except AssertionError as error:
        reason = str(error)
    except TimeoutError:
        reason = f"still running after {TIMEOUT} s"
    except grpc.aio.AioRpcError as error:
        reason = f"unexpected status {error.code().name}: {error.details()}"
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
    await echo.channel.close()
    print(f"ok {name}" if reason is None else f"fail {name}: {reason}", flush=True)
    return reason is None


async def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("all", *SUITES):
        sys.exit(f"usage: echo_client.py SUITE PORT, SUITE one of all, {', '.join(SUITES)}")
    suite, port = sys.argv[1], int(sys.argv[2])
    # The drain suite ends the server, so it comes last.
    names = sorted(SUITES, key="drain".__eq__) if suite == "all" else [suite]
    results = [await run(name, function, port) for each in names for name, function in SUITES[each]]
    failed = results.count(False)
    print(f"{len(results) - failed} of {len(results)} checks hold")
    return 1 if failed else 0


# grpcio logs the cancellations that the checks provoke.
logging.getLogger("grpc").setLevel(logging.CRITICAL)
sys.exit(asyncio.run(main()))
