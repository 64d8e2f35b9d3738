# SPDX-License-Identifier: Apache-2.0
"""The client of each peer with 100 outstanding calls on one connection, all against one server."""

from statistics import median

from .build import REFERENCE
from .process import Failure, Server, finish, settle
from .table import ratio, show

OUTSTANDING = 100
GOAL = "goal: at most 0.40x the CPU of C++ gRPC"


def compare(peers, cores, rounds, seconds):
    host = peers[0]
    samples = {peer.name: [] for peer in peers}
    with Server(host.server, cores.server) as server:
        for round in range(rounds):
            print(f"clients: round {round + 1} of {rounds}", flush=True)
            for peer in peers:
                samples[peer.name].append(run(peer, server, cores.load, seconds=seconds))
    report(peers, host, samples, rounds)


def run(peer, server, core, environment=None, **limits):
    """Runs one client; `limits` are its `--calls` or `--seconds`. Returns what it printed, as numbers by name."""
    command = [*peer.client, "--port", str(server.port), "--outstanding", str(OUTSTANDING)]
    for name, value in limits.items():
        command += [f"--{name}", str(value)]
    output = finish(command, core, timeout=60 + limits.get("seconds", 0), environment=environment)
    settle()
    pairs = dict(word.partition("=")[::2] for word in output.split() if "=" in word)
    if pairs.get("failed") != "0" or "cpu_per_100k" not in pairs:
        raise Failure(f"{command[0]}: calls failed: {output.strip()}")
    return {name: float(value) for name, value in pairs.items()}


def report(peers, host, samples, rounds):
    base = [s["cpu_per_100k"] for s in samples[REFERENCE]]
    rows = []
    for peer in peers:
        own = samples[peer.name]
        middle = {name: median(s[name] for s in own) for name in own[0]}
        rows.append([
            peer.title, f"{middle['calls_per_second']:,.0f}", f"{middle['cpu_per_100k']:.3f}",
            f"{middle['p50_us']:,.0f}", f"{middle['p99_us']:,.0f}",
            "1" if peer.name == REFERENCE else ratio([s["cpu_per_100k"] for s in own], base),
        ])
    title = (f"Clients, {OUTSTANDING} outstanding unary calls on one connection to the {host.title} server, "
             f"median of {rounds} rounds")
    show(title, ["client", "calls/s", "CPU s/100k", "p50 us", "p99 us", "CPU to C++"], rows)
    print(f"  {GOAL}")
