# SPDX-License-Identifier: Apache-2.0
"""The hello-world server of each peer under the same load."""

from contextlib import ExitStack
from statistics import median

from . import h2load
from .build import REFERENCE, reference
from .process import Server, finish
from .table import ratio, show

LOADS = [h2load.Load(1, 100), h2load.Load(10, 100), h2load.Load(1, 1)]
GOAL = "goal: at most 0.35x the CPU of C++ gRPC at -c 1 -m 100"


def compare(peers, cores, rounds, seconds):
    with ExitStack() as running:
        servers = {peer.name: running.enter_context(Server(peer.server, cores.server)) for peer in peers}
        for server in servers.values():
            check_replies(peers, server, cores)
        calls = {
            (name, str(load)): h2load.calibrate(server, cores.load, load, seconds)
            for name, server in servers.items() for load in LOADS
        }
        samples = {key: [] for key in calls}
        for round in range(rounds):
            print(f"servers: round {round + 1} of {rounds}", flush=True)
            for load in LOADS:
                for name, server in servers.items():
                    key = (name, str(load))
                    samples[key].append(h2load.run(server, cores.load, load, calls[key]))
    report(peers, cores, samples, rounds)


def check_replies(peers, server, cores):
    """One peer that reads replies and statuses confirms that `server` answers as it should."""
    client = [*reference(peers).client, "--port", str(server.port), "--calls", "200", "--warmup", "0"]
    finish(client, cores.load, timeout=30)


def report(peers, cores, samples, rounds):
    rows = []
    for load in LOADS:
        base = samples[(REFERENCE, str(load))]
        for peer in peers:
            own = samples[(peer.name, str(load))]
            rates, cpus = [s.rate for s in own], [s.cpu for s in own]
            is_base = peer.name == REFERENCE
            rows.append([
                f"{peer.title}, {load}", f"{median(rates):,.0f}", f"{median(cpus):.3f}",
                "1" if is_base else ratio(rates, [s.rate for s in base]),
                "1" if is_base else ratio(cpus, [s.cpu for s in base]),
            ])
    title = (f"Servers under h2load: server on core {cores.server}, load on core {cores.load}, "
             f"median of {rounds} rounds, all peers in turn in each")
    show(title, ["server", "req/s", "CPU s/100k", "req/s to C++", "CPU to C++"], rows)
    print(f"  {GOAL}")
