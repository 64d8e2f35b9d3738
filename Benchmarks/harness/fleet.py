# SPDX-License-Identifier: Apache-2.0
"""Policies over real processes: 12 servers of three speeds that emulate work, 4 clients, and what the lab foretells.

Rounds of all policies alternate, so that what else the machine does falls on all alike. The servers' work is a queue in
real time, not computation: together they need a fraction of a core, which is printed. `compute` is the same with handlers
that compute, each server held to its share of a core by a cgroup.
"""

import json
import os
import statistics
import subprocess
from contextlib import ExitStack

from . import build
from .cgroup import CPUShare
from .process import Failure, Server, pinned

POLICIES = ["random", "round_robin", "least_request", "p2c_peak_ewma", "prequal", "expected_delay", "auto"]
SPEEDS = [0.5, 1, 2]
SERVERS, CLIENTS, CORES, DEMAND, LOAD, TIMEOUT = 12, 4, 4, 0.08, 0.8, 5
WARM_UP, SECONDS, ROUNDS = 5, 15, 5
# From the worst p99 to the best; neighbours may tie within NOISE.
ORDER = ["random", "round_robin", "least_request", "p2c_peak_ewma", "expected_delay"]
NOISE, BOUND, FEW_CORES = 1.1, 0.5, 0.5
# What a server of speed 1 has of a core, and the seconds of it that a call takes in the mean.
SHARE, COMPUTATION, COMPUTED_ROUNDS = 0.05, 0.004, 3


def compare(skip):
    folder = build.swift(build.HERE, skip, "bench-fleet")
    lab = build.swift(build.HERE.parent, skip, "skein") / "skein"
    print(f"\n{SERVERS} servers of speeds {SPEEDS}, {CLIENTS} client processes, load {LOAD}; {ROUNDS} alternating rounds of "
          f"{SECONDS} s for each policy", flush=True)
    seen, cores = alternate(folder / "bench-fleet", ROUNDS, CORES / DEMAND, emulating)
    show(seen, prediction(lab))
    judge(seen, cores)


def compute(skip):
    if not CPUShare.is_possible():
        return print("\nfleet-compute: left out, cgroups are not writable here")
    folder = build.swift(build.HERE, skip, "bench-fleet")
    print(f"\nThe same with handlers that compute, held by cgroups to {SHARE} of a core for each unit of speed; "
          f"{COMPUTED_ROUNDS} rounds", flush=True)
    seen, cores = alternate(folder / "bench-fleet", COMPUTED_ROUNDS, SHARE / COMPUTATION, computing)
    show(seen, {})
    print(f"CPU of all servers: {cores:.2f} cores")


def alternate(program, rounds, rate, start):
    """The latencies of each policy by round, and how many cores the servers used in the mean. `rate` is what a server of
    speed 1 can do in a second, `start` starts a server."""
    seen = {policy: [] for policy in POLICIES}
    used = []
    for number in range(rounds):
        for policy in POLICIES[number % len(POLICIES):] + POLICIES[:number % len(POLICIES)]:
            latencies, cpu = one_round(program, policy, number, SERVERS * rate * statistics.mean(SPEEDS) * LOAD, start)
            seen[policy].append(latencies)
            used.append(cpu)
    return seen, statistics.mean(used)


def one_round(program, policy, number, rate, start):
    """Latencies in milliseconds of one policy, and how many cores the servers used."""
    with ExitStack() as stack:
        servers = [start(stack, program, index, 100 * number + index) for index in range(SERVERS)]
        command = [
            str(program), "client", "--ports", ",".join(str(server.port) for server in servers), "--policy", policy,
            "--rate", str(rate / CLIENTS), "--seconds", str(SECONDS), "--warmup", str(WARM_UP), "--timeout", str(TIMEOUT)]
        clients = [client(stack, command, 1000 * number + index) for index in range(CLIENTS)]
        latencies = []
        for process in clients:
            output, _ = process.communicate(timeout=WARM_UP + SECONDS + 4 * TIMEOUT + 60)
            if process.returncode != 0:
                raise Failure(f"bench-fleet client of {policy}: exit code {process.returncode}")
            latencies += [int(line) / 1000 for line in output.split()]
        cpu = sum(server.cpu_seconds() for server in servers) / (WARM_UP + SECONDS)
    return sorted(latencies), cpu


def emulating(stack, program, index, seed):
    return stack.enter_context(server(
        program, "server", "--speed", SPEEDS[index % len(SPEEDS)], "--cores", CORES, "--demand", DEMAND, "--seed", seed))


def computing(stack, program, index, seed):
    running = stack.enter_context(server(program, "computing-server", "--demand", COMPUTATION, "--seed", seed))
    share = stack.enter_context(CPUShare(f"skein-fleet-{os.getpid()}-{index}", SHARE * SPEEDS[index % len(SPEEDS)]))
    share.hold(running.process.pid)
    return running


def server(program, *words):
    return Server([str(program), *map(str, words)], sorted(os.sched_getaffinity(0))[0])


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
    print(f"{'policy':16} {'calls':>7} {'p50 ms':>8} {'p99 ms':>8} {'lab p50':>8} {'lab p99':>8} {'/ round_robin':>14}")
    for policy, rounds in seen.items():
        middle = statistics.mean(quantile(latencies, 0.5) for latencies in rounds)
        lab = [f"{foretold[policy][name]:.0f}" if policy in foretold else "-" for name in ("p50", "p99")]
        print(f"{policy:16} {sum(map(len, rounds)):7} {middle:8.0f} {statistics.mean(tails(seen, policy)):8.0f} "
              f"{lab[0]:>8} {lab[1]:>8} {ratio(seen, policy, 'round_robin'):14.2f}")


def tails(seen, policy):
    return [quantile(latencies, 0.99) for latencies in seen[policy]]


def ratio(seen, policy, base):
    return statistics.geometric_mean(a / b for a, b in zip(tails(seen, policy), tails(seen, base)))


def judge(seen, cores):
    """What is claimed of the policies, and whether it held."""
    verdicts = [
        (f"{better} / {worse} <= {NOISE}", ratio(seen, better, worse), NOISE) for worse, better in zip(ORDER, ORDER[1:])]
    verdicts.append((f"{ORDER[-1]} / round_robin <= {BOUND}", ratio(seen, ORDER[-1], "round_robin"), BOUND))
    verdicts.append((f"cores of all servers <= {FEW_CORES}", cores, FEW_CORES))
    for claim, value, bound in verdicts:
        print(f"{'holds' if value <= bound else 'DOES NOT HOLD'}: {claim}: {value:.2f}")
