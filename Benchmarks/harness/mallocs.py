# SPDX-License-Identifier: Apache-2.0
"""Allocations per unary call, as the difference between a long and a short run, so that start-up costs cancel out."""

import tempfile
from pathlib import Path

from . import clients, h2load
from .build import malloc_counter
from .process import Failure, Server
from .table import show

SHORT, LONG = 10_000, 60_000


def count(peers, cores):
    library = malloc_counter()
    host = peers[0]
    rows = []
    with tempfile.TemporaryDirectory(prefix="skein-bench-") as folder:
        def preload(name):
            return {"LD_PRELOAD": str(library), "MALLOC_COUNT_FILE": str(Path(folder) / name)}

        for peer in peers:
            with Server(peer.server, cores.server, preload(f"{peer.name}-server")) as server:
                served = in_server(server, cores, Path(folder) / f"{peer.name}-server")
            with Server(host.server, cores.server) as server:
                made = in_client(peer, server, cores, preload)
            rows.append([peer.title, f"{served:.1f}", f"{made:.1f}"])
    show("Allocations per unary call, 100 at a time on one connection", ["peer", "server", "client"], rows)


def in_server(server, cores, counter):
    load = h2load.Load(1, 100)
    counts = []
    for calls in (SHORT, SHORT, LONG):  # the first warms the server up
        h2load.run(server, cores.load, load, calls)
        counts.append(allocations(counter))
    short, long = counts[1] - counts[0], counts[2] - counts[1]
    return (long - short) / (LONG - SHORT)


def in_client(peer, server, cores, preload):
    counts = []
    for calls in (SHORT, LONG):
        environment = preload(f"{peer.name}-client-{calls}")
        clients.run(peer, server, cores.load, environment=environment, calls=calls)
        counts.append(allocations(Path(environment["MALLOC_COUNT_FILE"])))
    return (counts[1] - counts[0]) / (LONG - SHORT)


def allocations(counter):
    try:
        return int.from_bytes(counter.read_bytes()[:8], "little")
    except FileNotFoundError:
        raise Failure(f"{counter.name}: nothing was counted; was the preloaded library refused?") from None
