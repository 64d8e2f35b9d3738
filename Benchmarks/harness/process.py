# SPDX-License-Identifier: Apache-2.0
"""Child processes: pinned to a core, ended by their own id, their CPU time read from /proc."""

import os
import select
import subprocess
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """Why the run cannot go on, in one line."""


@dataclass
class Cores:
    server: int
    load: int

    @staticmethod
    def choose():
        if not hasattr(os, "sched_getaffinity"):
            raise Failure("pinning to cores and /proc are needed: run it on Linux")
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) < 2:
            print("only one core: server and load share it, so the figures mean little")
        return Cores(server=allowed[0], load=allowed[-1])


def pinned(core):
    return lambda: os.sched_setaffinity(0, {core})


def finish(command, core, timeout, environment=None):
    """Runs a load program to its end on `core` and returns what it printed."""
    try:
        done = subprocess.run(
            command, preexec_fn=pinned(core), env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]}: still running after {timeout:.0f} s") from None
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Server:
    """A running greeter server. Use with `with`; it is ended by its id."""

    def __init__(self, command, core, environment=None):
        self.name = command[0]
        self.process = subprocess.Popen(
            command, preexec_fn=pinned(core), env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        )
        try:
            self.port = self._port()
        except Failure:
            self.end()
            raise

    def _port(self):
        readable, _, _ = select.select([self.process.stdout], [], [], 10)
        words = self.process.stdout.readline().split() if readable else []
        if len(words) != 2 or words[0] != b"listening":
            raise Failure(f"{self.name}: did not print \"listening PORT\" within 10 s but {b' '.join(words)!r}")
        return int(words[1])

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        user, system = int(fields[11]), int(fields[12])
        return (user + system) / TICKS

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def settle():
    """Lets the sockets of the last run close before the next one starts."""
    time.sleep(0.1)
