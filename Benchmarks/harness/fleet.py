# SPDX-License-Identifier: Apache-2.0
"""Policies over real processes: 12 servers of three speeds that emulate work, 4 clients, and what the lab foretells.

Rounds of all policies alternate, so that what else the machine does falls on all alike. The servers' work is a queue in
real time, not computation: together they need a fraction of a core, which is printed.
"""

import json
import os
import statistics
import subprocess
from contextlib import ExitStack

from . import build
from .process import Failure, Server, pinned

POLICIES = ["random", "round_robin", "least_request", "p2c_peak_ewma", "prequal", "expected_delay", "auto"]
SPEEDS = [0.5, 1, 2]
SERVERS, CLIENTS, CORES, DEMAND, LOAD, TIMEOUT = 12, 4, 4, 0.08, 0.8, 5
WARM_UP, SECONDS, ROUNDS = 5, 15, 5


def compare(skip):
    folder = build.swift(build.HERE, skip, "bench-fleet")
    lab = build.swift(build.HERE.parent, skip, "skein") / "skein"
    print(f"\n{SERVERS} servers of speeds {SPEEDS}, {CLIENTS} client processes, load {LOAD}; {ROUNDS} alternating rounds of "
          f"{SECONDS} s for each policy", flush=True)
    seen = {policy: [] for policy in POLICIES}
    used = []
    for number in range(ROUNDS):
        for policy in POLICIES[number % len(POLICIES):] + POLICIES[:number % len(POLICIES)]:
            latencies, cpu = one_round(folder / "bench-fleet", policy, number)
            seen[policy].append(latencies)
            used.append(cpu)
    foretold = prediction(lab)
    show(seen, foretold)
    print(f"CPU of all servers: {statistics.mean(used):.2f} cores")


def one_round(program, policy, number):
    """Latencies in milliseconds of one policy, and how many cores the servers used."""
    rate = SERVERS * CORES / DEMAND * statistics.mean(SPEEDS) * LOAD / CLIENTS
    with ExitStack() as stack:
        servers = [stack.enter_context(server(program, index, number)) for index in range(SERVERS)]
        command = [
            str(program), "client", "--ports", ",".join(str(server.port) for server in servers), "--policy", policy,
            "--rate", str(rate), "--seconds", str(SECONDS), "--warmup", str(WARM_UP), "--timeout", str(TIMEOUT)]
        clients = [client(stack, command, 1000 * number + index) for index in range(CLIENTS)]
        latencies = []
        for process in clients:
            output, _ = process.communicate(timeout=WARM_UP + SECONDS + 4 * TIMEOUT + 60)
            if process.returncode != 0:
                raise Failure(f"bench-fleet client of {policy}: exit code {process.returncode}")
            latencies += [int(line) / 1000 for line in output.split()]
        cpu = sum(server.cpu_seconds() for server in servers) / (WARM_UP + SECONDS)
    return sorted(latencies), cpu


def server(program, index, number):
    return Server(
        [str(program), "server", "--speed", str(SPEEDS[index % len(SPEEDS)]), "--cores", str(CORES), "--demand",
         str(DEMAND), "--seed", str(100 * number + index)],
        sorted(os.sched_getaffinity(0))[0])


def client(stack, command, seed):
    process = subprocess.Popen(
        [*command, "--seed", str(seed)], preexec_fn=pinned(sorted(os.sched_getaffinity(0))[-1]),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    stack.callback(lambda: process.poll() is None and process.kill())
    return process


def prediction(lab):
    """p50 and p99 in milliseconds for each policy in the same world, simulated."""
    command = [str(lab), "lab", "-s", "small", "--json", "--seeds", str(ROUNDS)]
    for name, value in {"clients": CLIENTS, "duration": WARM_UP + SECONDS, "warmUp": WARM_UP}.items():
        command += ["--set", f"{name}={value}"]
    for policy in POLICIES:
        command += ["-p", policy]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line]
    return {
        policy: {name: statistics.mean(line[name] for line in lines if line["policy"] == policy) * 1000 for name in ("p50", "p99")}
        for policy in POLICIES}


def quantile(latencies, share):
    return latencies[min(len(latencies) - 1, int(share * len(latencies)))]


def show(seen, foretold):
    """p99 is the mean over the rounds; the last column compares it with round_robin's, paired by round."""
    base = [quantile(latencies, 0.99) for latencies in seen["round_robin"]]
    print(f"{'policy':16} {'calls':>7} {'p50 ms':>8} {'p99 ms':>8} {'lab p50':>8} {'lab p99':>8} {'/ round_robin':>14}")
    for policy, rounds in seen.items():
        middle = statistics.mean(quantile(latencies, 0.5) for latencies in rounds)
        tail = [quantile(latencies, 0.99) for latencies in rounds]
        ratio = statistics.geometric_mean(a / b for a, b in zip(tail, base))
        print(f"{policy:16} {sum(map(len, rounds)):7} {middle:8.0f} {statistics.mean(tail):8.0f} "
              f"{foretold[policy]['p50']:8.0f} {foretold[policy]['p99']:8.0f} {ratio:14.2f}")
