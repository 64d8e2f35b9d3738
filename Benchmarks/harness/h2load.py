# SPDX-License-Identifier: Apache-2.0
"""h2load as a gRPC client: it sends the same framed HelloRequest in every call."""

import os
import re
import shutil
import struct
import tempfile
from dataclasses import dataclass

from .process import Failure, finish, settle

REQUEST = b"\x0a\x05world"  # name = "world"
REPLY = b"\x0a\x0bHello world"  # message = "Hello world"
PREFIX = 5  # compressed flag and length in front of each message


@dataclass
class Load:
    connections: int
    streams: int

    def __str__(self):
        return f"-c {self.connections} -m {self.streams}"


@dataclass
class Sample:
    rate: float  # calls per second
    cpu: float  # CPU seconds of the server per 100,000 calls


def run(server, core, load, calls):
    """Makes `calls` calls to `server` and returns what they cost it."""
    if not shutil.which("h2load"):
        raise Failure("h2load is missing: install nghttp2-client")
    with tempfile.NamedTemporaryFile(prefix="skein-bench-") as body:
        body.write(struct.pack(">BI", 0, len(REQUEST)) + REQUEST)
        body.flush()
        command = [
            "h2load", "-n", str(calls), "-c", str(load.connections), "-m", str(load.streams), "-t", "1",
            "-d", body.name, "-H", "content-type: application/grpc", "-H", "te: trailers",
            f"http://127.0.0.1:{server.port}/helloworld.Greeter/SayHello",
        ]
        before = server.cpu_seconds()
        output = finish(command, core, timeout=120)
        used = server.cpu_seconds() - before
    check(output, calls, server)
    settle()
    return Sample(rate=number(output, r"finished in [^,]+, ([\d.]+) req/s"), cpu=used / calls * 100_000)


def check(output, calls, server):
    """Every call has HTTP status 200 and brought a whole reply: a refused call would bring no data."""
    succeeded = number(output, r"(\d+) succeeded")
    good = number(output, r"status codes: (\d+) 2xx")
    data = number(output, r"headers \(.*?\), \S+ \((\d+)\) data")
    expected = calls * (PREFIX + len(REPLY))
    if succeeded != calls or good != calls or data != expected:
        raise Failure(
            f"{os.path.basename(server.name)}: of {calls} calls {succeeded:.0f} succeeded, {good:.0f} with a 2xx "
            f"status, with {data:.0f} bytes of replies instead of {expected}")


def number(output, pattern):
    found = re.search(pattern, output)
    if not found:
        raise Failure(f"h2load printed nothing like \"{pattern}\":\n{output}")
    return float(found.group(1))


def calibrate(server, core, load, seconds):
    """How many calls take about `seconds`, found by a short run, which also warms the server up."""
    at_once = load.connections * load.streams
    rate = run(server, core, load, max(2_000, 50 * at_once)).rate
    rate = run(server, core, load, max(2_000, 50 * at_once, int(rate * 0.5))).rate
    return max(2_000, 10 * at_once, int(rate * seconds) // 1_000 * 1_000)
