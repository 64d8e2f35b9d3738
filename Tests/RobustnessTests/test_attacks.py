# SPDX-License-Identifier: Apache-2.0
"""A server under attack by one client, while others call. Each attack has to leave three numbers in bounds:

- of at least 1,000 calls of other clients, 99 of 100 take less than 100 ms and all less than 1 s, and none fails;
- the server's memory grows by less than 64 MiB, and comes back;
- the server serves afterwards.

Attackers that are slow or idle have to be disconnected, all of them.

The server has one event loop, and a core for itself where there are two. It and the callers go ahead of the attacker,
and where that is allowed all of them ahead of other work. Where not, that shows in the times, and only there:
an attack whose times are out of bounds is repeated, up to
`REPEATS` times, and is not judged when calls take as long without it.

These bounds are those of the long form, for an optimised server; the short form's are wider.
SKEIN_ROBUSTNESS=long takes the long form: more calls, longer attacks, 10,000 connections. SKEIN_ATTACKS chooses attacks
by their names, with commas between."""

import os
import pathlib
import time
import unittest
from typing import NamedTuple

from kit.attacks import ATTACKS
from kit.record import Row, record
from kit.target import MEBIBYTE, ROOT, Attacker, Figures, Load, Target, peak_rss, raise_file_limit

REPEATS = 3


class Form(NamedTuple):
    seconds: float
    """How long an attack lasts."""
    calls: int
    """Of other clients meanwhile."""
    rate: int
    """Of these calls, a second."""
    scale: float
    """How large a part of the attacks' connections to make, where they are many."""
    limits: dict[str, int]
    """Time limits of the server that has to end slow attackers, in milliseconds."""
    time_limited: tuple[float, int]
    """Seconds and calls for these."""
    growth: int
    """MiB by which the memory may grow meanwhile. The short form is for builds that are not optimised: these hold more,
    and take longer."""
    p99: float
    max: float
    """Milliseconds that 99 of 100 calls, and all, may take."""


SHORT = Form(1, 400, 400, 0.1, {"handshake_ms": 500, "headers_ms": 500, "idle_ms": 700}, (3, 1000), 128, 400, 4000)
LONG = Form(6, 1800, 300, 1, {"handshake_ms": 2000, "headers_ms": 2000, "idle_ms": 2500}, (14, 4200), 64, 100, 1000)
FORM = LONG if os.environ.get("SKEIN_ROBUSTNESS") == "long" else SHORT
CHOSEN = [name for name in os.environ.get("SKEIN_ATTACKS", "").split(",") if name] or list(ATTACKS)


class AttackTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        raise_file_limit()

    def in_bounds(self, figures: Figures | None) -> bool:
        return figures is not None and figures.p99 < FORM.p99 and figures.max < FORM.max

    def settled(self, target: Target, limit: int) -> int:
        """The server's memory when it is below `limit`, or after a while."""
        end = time.monotonic() + 20
        while target.rss() >= limit and time.monotonic() < end:
            time.sleep(0.1)
        return target.rss()

    def under(self, name: str) -> None:
        limits = FORM.limits if ATTACKS[name].time_limited else {}
        for _ in range(REPEATS):
            with Target(**limits) as target:
                figures, row = self.measure(name, target)
                record("attack", row)
                self.judge(name, figures, row)
                if self.in_bounds(figures):
                    return
                quiet = Load(target.port, calls=300, rate=300).figures()
        if not self.in_bounds(quiet):
            self.skipTest(f"the machine is too busy to judge times: without an attack p99 is {quiet.p99:.0f} ms")
        self.assertLess(figures.p99, FORM.p99, "ms that 99 of 100 calls take")
        self.assertLess(figures.max, FORM.max, "ms that every call takes")

    def judge(self, name: str, figures: Figures, row: Row) -> None:
        """All but the times."""
        self.assertEqual(figures.failures, {}, figures.first)
        self.assertLess(row["peak"], FORM.growth, "MiB of growth under attack")
        self.assertLess(row["after"], 32, "MiB of growth that stay")
        self.assertTrue(row["serves"])
        if ATTACKS[name].time_limited:
            self.assertEqual(row["attack"]["closed by server"], row["attack"]["connections"])

    def measure(self, name: str, target: Target) -> tuple[Figures, Row]:
        seconds, calls = FORM.time_limited if ATTACKS[name].time_limited else (FORM.seconds, FORM.calls)
        load = Load(target.port, calls=calls, rate=FORM.rate)
        before = target.rss()
        attacker = Attacker(name, target.port, seconds, FORM.scale)
        peak = peak_rss(target, [load, attacker])
        figures, outcome = load.figures(), attacker.outcome()
        after = self.settled(target, before + 16 * MEBIBYTE)
        return figures, {
            "name": name, "calls": figures.calls, "p99": round(figures.p99, 1), "max": round(figures.max, 1),
            "peak": round((peak - before) / MEBIBYTE, 1), "after": round((after - before) / MEBIBYTE, 1),
            "serves": target.serves(), "attack": outcome}

    def test_none(self) -> None:
        """The same load without an attack: what to compare with. Every attack stands in the documentation."""
        with Target() as target:
            figures = Load(target.port, calls=FORM.calls, rate=FORM.rate).figures()
            self.assertEqual(figures.failures, {}, figures.first)
            record("attack", {"name": "none", "p99": figures.p99, "max": figures.max, "peak": 0, "after": 0, "attack": {}})
        documented = pathlib.Path(ROOT, "docs/robustness.md").read_text()
        self.assertEqual([name for name in ATTACKS if f"`{name}`" not in documented], [])


def add(name: str) -> None:
    def test(self: AttackTests) -> None:
        self.under(name)
    test.__doc__ = ATTACKS[name].about
    setattr(AttackTests, f"test_{name}", test)


for each in CHOSEN:
    add(each)
