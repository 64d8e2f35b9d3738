# SPDX-License-Identifier: Apache-2.0
"""The server under attack and the well-behaved load, each a process of its own."""

import json
import os
import pathlib
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from . import wire
from .peer import Peer

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = pathlib.Path(os.environ.get("SKEIN_ROBUSTNESS_TARGET", ROOT / ".build/debug/robustness-target"))
CORES = sorted(os.sched_getaffinity(0))
MEBIBYTE = 1 << 20


def raise_file_limit(most: int = 1 << 16) -> int:
    """Lets this process and its children open as many files as they may, up to `most`; how many that is."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = most if hard == resource.RLIM_INFINITY else min(hard, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit


class Target:
    """The server: on the first core, alone as far as this test goes."""

    def __init__(self, files: int | None = None, **options: int) -> None:
        """`files`: the most it may have open."""
        words = [word for name, value in options.items() for word in ("--" + name.replace("_", "-"), str(value))]

        def prepare() -> None:
            os.sched_setaffinity(0, CORES[:1])
            if files is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        self.process = subprocess.Popen(
            [PROGRAM, "serve", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=prepare)
        assert self.process.stdout is not None
        self.log: list[str] = []
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.port = int(line.split()[1])
                break
            self.log.append(line.rstrip())
        else:
            raise AssertionError(f"{PROGRAM} did not print \"listening PORT\" but {self.log}")
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.log.append(line.rstrip())

    def __enter__(self) -> "Target":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def logs(self, text: str) -> bool:
        """Whether a line of the log has `text`, now or soon."""
        end = time.monotonic() + 10
        while not any(text in line for line in self.log) and time.monotonic() < end:
            time.sleep(0.02)
        return any(text in line for line in self.log)

    def rss(self) -> int:
        """In bytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the server has ended: " + " | ".join(self.log[-20:]))

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def handlers(self) -> tuple[int, int, int]:
        """The handlers of Wait that run now, the most that ever did, and all there were."""
        with Peer(self.port) as peer:
            peer.send(wire.call(1, wire.call_fields("Stats")))
            assert peer.until(lambda: peer.first(wire.DATA, 1) is not None), "the server does not answer"
            answer = peer.first(wire.DATA, 1)
            assert answer is not None
            now, most, total = answer.payload[5:].split()
            return int(now), int(most), int(total)

    def serves(self) -> bool:
        with Peer(self.port) as peer:
            peer.send(wire.call(1))
            return peer.response(1).get("grpc-status") == "0"


@dataclass
class Figures:
    """What the well-behaved clients saw; milliseconds."""
    calls: int = 0
    ok: int = 0
    p50: float = 0
    p99: float = 0
    max: float = 0
    failures: dict[str, int] = field(default_factory=dict)
    first: str = ""


class Load:
    """Calls of good clients at a steady rate, over connections that are there before an attack begins."""

    def __init__(self, port: int, **options: int | str) -> None:
        words = [word for name, value in options.items() for word in ("--" + name, str(value))]
        self.process = subprocess.Popen(
            [PROGRAM, "load", "--port", str(port), *words], stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, CORES[1:] or CORES))
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if line.strip() != "ready":
            raise AssertionError(f"the load client said {line!r} instead of \"ready\"")

    def figures(self) -> Figures:
        output, _ = self.process.communicate()
        return Figures(**json.loads(output))

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None


class Attacker:
    """An attack in a process of its own, with the lowest priority."""

    def __init__(self, name: str, port: int, seconds: float, scale: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-m", "kit.attacker", name, str(port), str(seconds), str(scale)],
            cwd=pathlib.Path(__file__).resolve().parents[1], stdout=subprocess.PIPE, text=True,
            preexec_fn=Attacker._prepare)

    @staticmethod
    def _prepare() -> None:
        os.sched_setaffinity(0, CORES[1:] or CORES)
        os.nice(19)

    def outcome(self) -> dict[str, int]:
        """What the attack did: how many bytes, connections and frames."""
        output, _ = self.process.communicate()
        if self.process.returncode:
            raise AssertionError(f"the attacker ended with {self.process.returncode}")
        return json.loads(output)


def peak_rss(target: Target, while_running: "list[Attacker | Load]") -> int:
    """The most memory that the server had until all of them ended."""
    peak = target.rss()
    while any(each.process.poll() is None for each in while_running):
        peak = max(peak, target.rss())
        time.sleep(0.02)
    return peak
