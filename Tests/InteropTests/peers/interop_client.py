# SPDX-License-Identifier: Apache-2.0
"""Runs gRPC's interoperability tests against a server of grpc.testing.TestService, with grpcio.

Prints `ok CASE` or `fail CASE: REASON` for each case and exits with 1 when one failed.
"""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

import grpc

from interop_cases import CASES
from interop_contract import OPTIONS, Stub

TIMEOUT = 60


class Bed:
    """What a case works with: a channel of its own."""

    def __init__(self, options):
        self.options = options
        self.channel = self.make_channel()
        self.stub = Stub(self.channel)

    def make_channel(self, interceptors=None):
        target = self.options.target or f"{self.options.host}:{self.options.port}"
        options = [*OPTIONS, ("grpc.use_local_subchannel_pool", 1)]
        if not self.options.tls:
            return grpc.aio.insecure_channel(target, options=options, interceptors=interceptors)
        if self.options.server_host_override:
            options.append(("grpc.ssl_target_name_override", self.options.server_host_override))
        credentials = grpc.ssl_channel_credentials(self.options.ca.read_bytes())
        return grpc.aio.secure_channel(target, credentials, options=options, interceptors=interceptors)


async def run(name, options):
    bed = Bed(options)
    try:
        await asyncio.wait_for(CASES[name](bed), TIMEOUT)
        reason = None
    except AssertionError as error:
        reason = str(error)
    except TimeoutError:
        reason = f"still running after {TIMEOUT} s"
    except grpc.aio.AioRpcError as error:
        reason = f"unexpected status {error.code().name}: {error.details()}"
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
    await bed.channel.close()
    print(f"ok {name}" if reason is None else f"fail {name}: {reason}", flush=True)
    return reason is None


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int)
    parser.add_argument("--target")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--ca", type=Path)
    parser.add_argument("--server-host-override")
    parser.add_argument("--case", nargs="+", choices=["all", *CASES], required=True)
    options = parser.parse_args()
    names = list(CASES) if "all" in options.case else options.case
    results = [await run(name, options) for name in names]
    return 0 if all(results) else 1


# grpcio logs the cancellations that the cases provoke.
logging.getLogger("grpc").setLevel(logging.CRITICAL)
sys.exit(asyncio.run(main()))
